"""Personal data in a text: what reaches, pays or identifies a person, by shape and check digits."""

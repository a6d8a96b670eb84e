"""What the server answers, as frozen values. `raw` keeps what this version does not name."""

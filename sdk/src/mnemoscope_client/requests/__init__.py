"""Each function builds one call; none touches the network. Both clients are made from these."""

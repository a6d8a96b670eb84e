"""Reading runs: the list of them, one as a waterfall, one step in full. Nothing here writes."""

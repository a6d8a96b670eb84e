"""What an evidence pack holds beside the log: under which rules it was, and who might do what."""

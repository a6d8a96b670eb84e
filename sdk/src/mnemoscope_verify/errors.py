class UnreadableError(Exception):
    """Nothing can be told: the sentence says what could not be read and what to do."""

"""A tenant's posture: each part asks a question, and each figure leads to the list behind it."""

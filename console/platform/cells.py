"""Values in the cells of a CSV file, which people open in a spreadsheet."""

import orjson

# What begins with one of these a spreadsheet may run (OWASP, "CSV injection").
RUNS = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: object) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return f"'{text}" if text.startswith(RUNS) else text

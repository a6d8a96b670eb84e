"""How long, as people write it."""

import re
from datetime import timedelta

UNITS = {"ms": 0.001, "s": 1, "": 1, "min": 60, "m": 60, "h": 3_600, "d": 86_400}
WRITTEN = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|min|m|h|d|)\s*", re.ASCII | re.IGNORECASE)
LONGEST = timedelta(days=36_500)
NO_DURATION = "Write a number and its unit: 500 ms, 30 s, 5 min, 2 h or 3 d."


def duration_of(text: str) -> timedelta:
    """Of `90`, `90s`, `1.5 min`, `2 h`; seconds where no unit is named. Raises ValueError."""
    written = WRITTEN.fullmatch(text)
    if written is None:
        raise ValueError(NO_DURATION)
    number, unit = written.groups()
    seconds = float(number) * UNITS[unit.lower()]
    return timedelta(seconds=min(seconds, LONGEST.total_seconds()))

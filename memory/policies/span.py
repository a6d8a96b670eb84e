"""Spans of time as people write them in a policy: `30m`, `12h`, `90d`."""

import re
from datetime import timedelta

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
SHAPE = re.compile(r"([0-9]{1,6})([mhd])")
LONGEST = timedelta(days=3650)


def parse_span(text: str) -> timedelta:
    """Raises ValueError with a sentence for whoever wrote it."""
    match = SHAPE.fullmatch(text.strip())
    if match is None:
        raise ValueError("Write a number and a unit: 30m, 12h or 90d.")
    span = int(match[1]) * UNITS[match[2]]
    if not timedelta(0) < span <= LONGEST:
        raise ValueError(f"From 1m to {LONGEST.days}d.")
    return span


def span_text(span: timedelta) -> str:
    """In the largest unit that holds it whole."""
    for unit in ("d", "h", "m"):
        if span % UNITS[unit] == timedelta(0):
            return f"{span // UNITS[unit]}{unit}"
    raise ValueError("A span of a policy is whole minutes.")

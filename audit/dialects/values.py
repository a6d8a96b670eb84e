"""Attribute values as instrumentations write them, read leniently: what does not hold is None."""

from collections.abc import Mapping

import orjson

from audit.ingest.record import Value

MAX_NAME = 256
MAX_TOKENS = 10**12  # beyond it a sum over a long run could overflow 64 bits
MAX_DIGITS = 20
MAX_DOLLARS = 1_000_000  # of one call: in nanos, thousands of such calls still fit 64 bits
NANOS = 1_000_000_000
# Values arrive as JSON in a string, and from some exporters as a string of that.
MAX_ENCODINGS = 2
MAX_JSON = 1_000_000


def as_text(value: Value) -> str | None:
    if isinstance(value, str):
        return value[:MAX_NAME] or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def as_name(value: Value) -> str | None:
    """A text that some exporters (MLflow) send as a JSON string, quotes and all."""
    text = as_text(value)
    if text and text[0] == '"' == text[-1]:
        return text[1:-1] or None
    return text


def as_count(value: Value) -> int | None:
    """A plausible count, from whichever scalar an instrumentation wrote it as."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MAX_TOKENS else None


def as_nanos(value: Value) -> int | None:
    """A plausible cost in dollars, as instrumentations report it, in 1e-9 dollars."""
    if isinstance(value, str) and len(value) <= MAX_DIGITS:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(value * NANOS) if 0 <= value <= MAX_DOLLARS else None


def as_failure(value: Value) -> bool | None:
    """True where the attribute says that the step failed; None leaves it to the status."""
    return True if value is True or value in ("ERROR", "error", "true", 1) else None


def anything(value: Value) -> Value:
    """A value to be looked into only when the step turns out to need it."""
    return value


def decoded(value: Value, longest: int = MAX_JSON) -> Value:
    """What a value of JSON holds; the value itself where it is no string."""
    for _ in range(MAX_ENCODINGS):
        if not isinstance(value, str):
            break
        if len(value) > longest:
            return None
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    return value


def decoded_object(value: Value) -> Mapping[str, Value]:
    """As `decoded`; empty where it is no object."""
    found = decoded(value)
    return found if isinstance(found, dict) else {}

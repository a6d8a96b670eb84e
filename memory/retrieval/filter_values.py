"""What a filter compares with: each function takes a JSON value and its place, or refuses it."""

import json
import re
from collections import deque
from datetime import UTC, datetime
from math import isfinite
from typing import Any
from uuid import UUID

from console.platform.errors import InvalidInputError
from memory.models import Kind, Tier

MAX_TEXT = 1_000
MAX_NAMESPACE = 16
MAX_OBJECT_BYTES = 16_000
MAX_OBJECT_DEPTH = 8
# Beyond this a reader with IEEE 754 doubles compares another number than was sent (RFC 8259 §6).
MAX_NUMBER = 2**53
SURROGATE = re.compile("[\ud800-\udfff]")

Scalar = str | float | bool | datetime | UUID


def refused(at: str, code: str, detail: str) -> InvalidInputError:
    return InvalidInputError.on(at, code, detail)


def storable(value: str, at: str) -> str:
    if len(value) > MAX_TEXT:
        raise refused(at, "too_long", f"Send at most {MAX_TEXT} characters.")
    if "\0" in value or SURROGATE.search(value):
        raise refused(at, "unstorable_text", "NUL and half a surrogate pair are no text.")
    return value


def text(value: object, at: str) -> str:
    if not isinstance(value, str):
        raise refused(at, "wrong_type", "Send a string.")
    if not value:
        raise refused(at, "blank", "Nothing is called by an empty string: ask exists.")
    return storable(value, at)


def number(value: object, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused(at, "wrong_type", "Send a number.")
    # The first test also keeps a number of a million digits out of float arithmetic.
    if abs(value) > MAX_NUMBER or not isfinite(value):
        raise refused(at, "number_out_of_range", "Send a number within ±2^53.")
    return float(value)


def truth(value: object, at: str) -> bool:
    if not isinstance(value, bool):
        raise refused(at, "wrong_type", "Send true or false.")
    return value


def scalar(value: object, at: str) -> Scalar:
    """A string, number or boolean, as JSON distinguishes them."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return storable(value, at)
    if isinstance(value, int | float):
        return number(value, at)
    if value is None:
        raise refused(at, "wrong_type", "null is no value: ask exists.")
    raise refused(at, "wrong_type", "Send a string, a number, true or false.")


def kind(value: object, at: str) -> str:
    return _one_of(Kind.values, value, at)


def tier(value: object, at: str) -> str:
    return _one_of(Tier.values, value, at)


def _one_of(choices: list[str], value: object, at: str) -> str:
    if not isinstance(value, str):
        raise refused(at, "wrong_type", "Send a string.")
    if value not in choices:
        raise refused(at, "invalid_choice", f"Choose one of: {', '.join(choices)}.")
    return value


def identifier(value: object, at: str) -> UUID:
    try:
        found = UUID(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    # Braces, `urn:` and bare digits would be second names of one id.
    if found is None or str(found) != str(value).lower():
        raise refused(at, "wrong_type", "Send an id as it was given to you, a UUID.")
    return found


def instant(value: object, at: str) -> datetime:
    moment = _parsed(value, at)
    if moment.tzinfo is None:
        raise refused(at, "naive_datetime", "Say the zone: 2026-11-21T09:30:00Z or …+01:00.")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise refused(at, "wrong_type", "That time lies outside of the calendar.") from error


# RFC 3339 §5.6. The zone is optional here only so that its absence can be named.
INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII
)


def _parsed(value: object, at: str) -> datetime:
    written = value.upper() if isinstance(value, str) else ""
    try:
        return datetime.fromisoformat(written) if INSTANT.fullmatch(written) else _no_instant(at)
    except ValueError:
        return _no_instant(at)


def _no_instant(at: str) -> datetime:
    raise refused(at, "wrong_type", "Send a time as in RFC 3339: 2026-11-21T09:30:00Z.")


def segments(value: object, at: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise refused(at, "wrong_type", 'Send the segments as a list: ["support", "eu"].')
    if not value:
        raise refused(at, "too_short", "No segment at all: ask exists.")
    if len(value) > MAX_NAMESPACE:
        raise refused(at, "too_long", f"Send at most {MAX_NAMESPACE} segments.")
    return tuple(text(segment, f"{at}.{index}") for index, segment in enumerate(value))


def contained_object(value: object, at: str, operators: frozenset[str]) -> str:
    """An object that metadata must contain, as JSON text."""
    if not isinstance(value, dict):
        raise refused(at, "wrong_type", "Send an object, or compare metadata.<path>.")
    pending: deque[tuple[Any, int]] = deque([(value, 1)])
    while pending:
        item, depth = pending.popleft()
        if depth > MAX_OBJECT_DEPTH:
            raise refused(at, "filter_too_deep", f"Nest at most {MAX_OBJECT_DEPTH} levels.")
        if isinstance(item, dict):
            # Taken as data it would silently match nothing, which is not what was meant.
            if depth > 1 and item and item.keys() <= operators:
                raise refused(at, "ambiguous_filter", "Operators go with metadata.<path>.")
            pending += [(text(name, at), depth) for name in item]
            pending += [(member, depth + 1) for member in item.values()]
        elif isinstance(item, list):
            pending += [(member, depth + 1) for member in item]
        elif item is not None:
            scalar(item, at)
    written = json.dumps(value)
    if len(written) > MAX_OBJECT_BYTES:
        raise refused(at, "too_long", f"Send at most {MAX_OBJECT_BYTES} bytes of metadata.")
    return written

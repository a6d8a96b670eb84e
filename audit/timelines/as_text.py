"""What agents sent as text for people: structured values as indented JSON."""

from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Cut:
    """The beginning of a text; `left` characters are not in it."""

    text: str
    left: int


def cut(text: str, most: int) -> Cut:
    return Cut(text[:most], max(0, len(text) - most))


def as_text(value: Any) -> str:
    """Messages arrive as JSON in a string, since span attributes had no structure for long."""
    if not isinstance(value, str):
        return _indented(value) or "…"
    decoded = decoded_json(value)
    return (decoded is not None and _indented(decoded)) or value


def _indented(value: Any) -> str:
    """Nothing of what is deeper than it goes: nobody reads that either."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except TypeError:
        return ""


def decoded_json(text: str) -> dict[str, Any] | list[Any] | None:
    """An object or an array; None for a text that is neither."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict | list) else None

"""The values a policy is made of, as they arrive: TypeError or ValueError, with a sentence."""

import re
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from memory.policies.bounds import MAX_LENGTH
from memory.policies.span import parse_span

MAX_RULES = 50
MAX_CODES = 20
MAX_SENTENCE = 300
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
PEOPLE = (1, 2)
E = TypeVar("E", bound=StrEnum)


def text(value: Any, *, at_most: int = MAX_LENGTH) -> str:
    if not isinstance(value, str):
        raise TypeError("Send text.")
    if len(value) > at_most:
        raise ValueError(f"At most {at_most} characters.")
    return value.replace("\r\n", "\n").strip()


def name(value: Any) -> str:
    if not NAME.fullmatch(text(value)):
        raise ValueError("Small letters, digits and _, beginning with a letter; at most 60.")
    return text(value)


def optional_name(value: Any) -> str:
    return name(value) if text(value) else ""


def sentence(value: Any) -> str:
    return " ".join(text(value, at_most=MAX_SENTENCE).split())


def number_text(value: Any) -> str:
    """A number, or an expression that yields one, as text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    return text(value) or "0"


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false.")
    return value


def people(value: Any) -> int:
    if isinstance(value, bool) or value not in PEOPLE:
        raise ValueError("One person or two.")
    return int(value)


def span(value: Any) -> timedelta | None:
    return parse_span(text(value)) if text(value) else None


def names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_CODES:
        raise ValueError(f"A list of at most {MAX_CODES} codes.")
    return tuple(dict.fromkeys(name(item) for item in value))


def rows(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_RULES:
        raise ValueError(f"A list of at most {MAX_RULES} rules.")
    return value


def one_of(choices: type[E]) -> Callable[[Any], E | None]:
    def read(value: Any) -> E | None:
        if text(value) == "":
            return None
        if value not in list(choices):
            raise ValueError(f"One of: {', '.join(choices)}.")
        return choices(value)

    return read

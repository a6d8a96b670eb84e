"""JSON as strict as the database behind it: what would be refused or altered there ends here."""

import json
import math
import re
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any, NoReturn

from rest_framework.parsers import BaseParser
from typing_extensions import override

from console.api.errors import (
    DuplicateKeyError,
    InvalidUTF8Error,
    MalformedJSONError,
    NonFiniteNumberError,
    NotAnObjectError,
    TooDeepError,
    UnsupportedMediaTypeError,
)
from console.platform.errors import FieldProblem, InvalidInputError

MAX_DEPTH = 64
# Beyond this, a reader with IEEE 754 doubles (JavaScript, jq) sees another number (RFC 8259 §6),
# and jsonb gives a fraction back as a whole number, which no longer has the digest it came with.
MAX_NUMBER = 2**53
MAX_INTEGER_DIGITS = 17
MAX_PROBLEMS = 20
MAX_SHOWN_NAME = 60
SURROGATE = re.compile("[\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    @override
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> dict[str, Any]:
        request = parser_context["request"]
        if request.headers.get("Content-Encoding", "identity") != "identity":
            raise UnsupportedMediaTypeError("Send the body uncompressed.")
        # Through `body`, not the stream: only that way the limit on its size holds.
        return parse_object(request.body)


def parse_object(body: bytes) -> dict[str, Any]:
    """A JSON object that can be stored. Raises UnreadableBodyError or InvalidInputError."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InvalidUTF8Error(f"Byte {error.start} of the body is not UTF-8.") from error
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_non_finite,
            parse_float=_fraction,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedJSONError(f"The body is no JSON: {error.msg} at {where}.") from error
    except RecursionError as error:
        raise TooDeepError(f"Nest at most {MAX_DEPTH} levels.") from error
    if not isinstance(parsed, dict):
        raise NotAnObjectError("Send a JSON object: { … }.")
    problems = list(islice(_walk(parsed), MAX_PROBLEMS))
    if problems:
        raise InvalidInputError(problems[0].detail, problems=problems)
    return parsed


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        # Two readers of one body would each believe another value.
        raise DuplicateKeyError("An object in the body names the same member twice.")
    return made


def _non_finite(name: str) -> NoReturn:
    raise NonFiniteNumberError(f"{name} is no JSON number.")


def _integer(digits: str) -> float:
    # Python takes seconds over a number of a million digits, and refuses to show it after.
    return int(digits) if len(digits) <= MAX_INTEGER_DIGITS else math.inf


def _fraction(text: str) -> float:
    return float(text) + 0.0  # -0.0 becomes 0.0, as in the database


def _walk(root: dict[str, Any]) -> Iterator[FieldProblem]:
    """What in a parsed body cannot be stored as it was sent. By level, without recursion."""
    pending: deque[tuple[str, Any, int]] = deque([("", root, 1)])
    while pending:
        path, value, depth = pending.popleft()
        if isinstance(value, dict | list) and depth > MAX_DEPTH:
            raise TooDeepError(f"Nest at most {MAX_DEPTH} levels.")
        if isinstance(value, str):
            yield from _unstorable(path, value)
        elif isinstance(value, dict):
            for name, member in value.items():
                yield from _unstorable(path or "body", name)
                pending.append((_below(path, name), member, depth + 1))
        elif isinstance(value, list):
            pending += [(_below(path, str(i)), item, depth + 1) for i, item in enumerate(value)]
        elif isinstance(value, int | float) and abs(value) > MAX_NUMBER:
            yield FieldProblem(
                path,
                "number_out_of_range",
                f"{path} holds a number that readers round (beyond 2^53): send it as a string.",
            )


def _below(path: str, name: str) -> str:
    # A name is the sender's too: what an answer repeats of it is short and can be encoded.
    shown = name.encode("utf-8", "replace").decode()[:MAX_SHOWN_NAME]
    return f"{path}.{shown}" if path else shown


def _unstorable(path: str, text: str) -> Iterator[FieldProblem]:
    if "\0" in text:
        yield FieldProblem(path, "unstorable_text", f"{path} holds a NUL character: remove it.")
    elif not text.isascii() and SURROGATE.search(text):
        detail = f"{path} holds half of a surrogate pair, which is no text: remove it."
        yield FieldProblem(path, "unstorable_text", detail)

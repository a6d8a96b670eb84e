"""Answers become frozen values here.

Unknown members are kept aside, never an error: a newer server may say more than this knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import httpx

from mnemoscope_client.calls import Json, JsonObject, Page
from mnemoscope_client.errors import FieldError, Problem, UnexpectedAnswerError

T = TypeVar("T")


def body_of(response: httpx.Response) -> JsonObject:
    if not response.content:
        return {}
    try:
        decoded = json.loads(response.content)
    except ValueError as exc:
        raise UnexpectedAnswerError(
            f"The answer ({response.status_code}) is not JSON: is this address Mnemoscope's?"
        ) from exc
    return an_object(decoded)


def problem_of(response: httpx.Response) -> Problem:
    """Any error body, Mnemoscope's or a gateway's page, whose text is not repeated."""
    body: JsonObject = {}
    if "json" in response.headers.get("content-type", ""):
        try:
            body = body_of(response)
        except UnexpectedAnswerError:
            body = {}
    return problem_from(body, status=response.status_code)


def problem_from(body: JsonObject, *, status: int) -> Problem:
    return Problem(
        status=status,
        code=text_or_none(body, "code") or f"http_{status}",
        title=text_or_none(body, "title") or f"The server answered {status}",
        detail=text_or_none(body, "detail") or "",
        errors=tuple(
            FieldError(
                field=text_or_none(error, "field") or "",
                code=text_or_none(error, "code") or "",
                detail=text_or_none(error, "detail") or "",
            )
            for error in objects(body, "errors")
        ),
        request_id=text_or_none(body, "request_id"),
    )


def page_of(parse: Callable[[JsonObject], T]) -> Callable[[JsonObject], Page[T]]:
    def parse_page(body: JsonObject) -> Page[T]:
        results = tuple(parse(item) for item in objects(body, "results", required=True))
        return Page(results, text_or_none(body, "next_cursor"))

    return parse_page


def an_object(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise UnexpectedAnswerError("The answer holds something else where an object belongs.")
    return value


def objects(body: JsonObject, name: str, *, required: bool = False) -> tuple[JsonObject, ...]:
    value = body.get(name)
    if value is None and not required:
        return ()
    if not isinstance(value, list):
        raise UnexpectedAnswerError(f"The answer's {name!r} is not a list.")
    return tuple(an_object(item) for item in value)


def mapping(body: JsonObject, name: str) -> JsonObject:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def text(body: JsonObject, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise UnexpectedAnswerError(f"The answer lacks {name!r}.")
    return value


def text_or_none(body: JsonObject, name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None


def texts(body: JsonObject, name: str) -> tuple[str, ...]:
    value = body.get(name)
    if not isinstance(value, list):
        return ()
    return tuple(item for item in value if isinstance(item, str))


def integer(body: JsonObject, name: str) -> int | None:
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def whole(body: JsonObject, name: str) -> int:
    value = integer(body, name)
    if value is None:
        raise UnexpectedAnswerError(f"The answer lacks {name!r}.")
    return value


def number(body: JsonObject, name: str) -> float | None:
    value = body.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def instant(body: JsonObject, name: str) -> datetime | None:
    value = body.get(name)
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as exc:
        raise UnexpectedAnswerError(f"The answer's {name!r} is not a time.") from exc
    return at if at.tzinfo else at.replace(tzinfo=UTC)

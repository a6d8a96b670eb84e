"""Pages by cursor.

A page stays put while rows are added in front of it, and a late page costs what the first does.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from console.platform.first_rows import first_rows
from console.web.addresses import asked

PAGE_SIZE = 50
AFTER, BEFORE, NUMBER = "after", "before", "page"
MOST_DIGITS = 5

M = TypeVar("M", bound=Model)
T = TypeVar("T")

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`previous` and `next` are query strings of the neighbouring pages, or None."""

    items: list[T]
    previous: str | None
    next: str | None


def paginate(
    request: HttpRequest,
    rows: QuerySet[M],
    *,
    order: tuple[str, ...],
    size: int = PAGE_SIZE,
    keep: Mapping[str, str] = NOTHING,
) -> Page[M]:
    """`order` names fields or annotations as order_by() does; together they tell any two apart.

    `keep` is put into the links to other pages: what the order depends on.
    """
    backwards = BEFORE in request.GET and AFTER not in request.GET
    cursor = _decode(rows, order, request.GET.get(BEFORE if backwards else AFTER, ""))
    direction = tuple(_turned(name) for name in order) if backwards else order
    if cursor is not None:
        rows = rows.filter(_beyond(direction, cursor))
    found = list(first_rows(rows.order_by(*direction), size + 1))
    has_more, items = len(found) > size, found[:size]
    if backwards:
        items.reverse()
    newer = has_more if backwards else cursor is not None
    older = backwards or has_more
    return Page(
        items,
        previous=_link(request, BEFORE, items[0], order, keep) if items and newer else None,
        next=_link(request, AFTER, items[-1], order, keep) if items and older else None,
    )


def numbered(request: HttpRequest, items: Sequence[T], *, size: int = PAGE_SIZE) -> Page[T]:
    """Of what was found and put in order as a whole; a number that is none is the first page's."""
    text = request.GET.get(NUMBER, "")
    number = (
        max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS else 1
    )
    start = (number - 1) * size
    shown = list(items[start : start + size])
    return Page(
        shown,
        previous=asked(request.GET, **{NUMBER: str(number - 1)}) if number > 1 else None,
        next=asked(request.GET, **{NUMBER: str(number + 1)}) if len(items) > start + size else None,
    )


def following(rows: QuerySet[M], row: M, *, order: tuple[str, ...]) -> M | None:
    """The row after `row` in this order, whether or not `row` is among `rows`."""
    return rows.filter(_beyond(order, _values(row, order))).order_by(*order).first()


def preceding(rows: QuerySet[M], row: M, *, order: tuple[str, ...]) -> M | None:
    return following(rows, row, order=tuple(_turned(name) for name in order))


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _values(row: Model, order: tuple[str, ...]) -> list[Any]:
    return [getattr(row, name.removeprefix("-")) for name in order]


def _beyond(order: tuple[str, ...], values: list[Any]) -> Q:
    """(a, b) past (x, y): a past x, or a equal to x and b past y."""
    conditions, equal = [], Q()
    for name, value in zip(order, values, strict=True):
        field = name.removeprefix("-")
        past = "lt" if name.startswith("-") else "gt"
        conditions.append(equal & Q(**{f"{field}__{past}": value}))
        equal &= Q(**{field: value})
    return reduce(or_, conditions)


def _link(
    request: HttpRequest, side: str, row: Model, order: tuple[str, ...], keep: Mapping[str, str]
) -> str:
    text = urlsafe_b64encode(orjson.dumps(_values(row, order))).decode().rstrip("=")
    return asked(request.GET, **{**keep, side: text})


def _decode(rows: QuerySet[M], order: tuple[str, ...], text: str) -> list[Any] | None:
    """The cursor's values; None, which is the first page, for a cursor that is not one of ours."""
    try:
        raw = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return None
    if not isinstance(raw, list) or len(raw) != len(order) or None in raw:
        return None
    fields = [_field(rows, name.removeprefix("-")) for name in order]
    try:
        return [field.to_python(value) for field, value in zip(fields, raw, strict=True)]
    except (ValidationError, TypeError):
        return None


def _field(rows: QuerySet[M], name: str) -> Any:
    annotated = rows.query.annotations.get(name)
    if annotated is not None:
        return annotated.output_field
    return rows.model._meta.get_field(name)  # noqa: SLF001 - Django's documented model API

"""Pages by position, not by number: a list that grows while it is read repeats and skips nothing.

A cursor is the position of the last row shown, as base64url. It grants nothing: the next page is
asked for with a key of its own and filtered by what that key may see.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from console.platform.errors import InvalidInputError
from console.platform.first_rows import first_rows

M = TypeVar("M", bound=Model)

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Order(Generic[M]):
    """An order that no two rows share, with the layout of a position in it (see `struct`)."""

    fields: tuple[str, ...]
    layout: str
    position: Callable[[M], tuple[Any, ...]]
    after: Callable[..., Q]


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    rows: Sequence[M]
    next_cursor: str | None


def newest_first() -> Order[Any]:
    """By id, which begins with the time of its making."""
    return Order(
        ("-id",), "16s", lambda row: (row.id.bytes,), lambda last: Q(id__lt=UUID(bytes=last))
    )


def position_in(order: Order[M], cursor: str) -> tuple[Any, ...]:
    """What a cursor says. Raises InvalidInputError with the code `bad_cursor`."""
    return _decode(order.layout, cursor)


def page_of(rows: QuerySet[M], order: Order[M], *, cursor: str | None, limit: int) -> Page[M]:
    """Raises InvalidInputError with the code `bad_cursor`."""
    if cursor is not None:
        rows = rows.filter(order.after(*_decode(order.layout, cursor)))
    found = list(first_rows(rows.order_by(*order.fields), limit + 1))
    shown = found[:limit]
    if len(found) == len(shown):
        return Page(shown, None)
    return Page(shown, _encode(order.layout, order.position(shown[-1])))


def _encode(layout: str, position: tuple[Any, ...]) -> str:
    return urlsafe_b64encode(struct.pack(f">{layout}", *position)).decode().rstrip("=")


def _decode(layout: str, cursor: str) -> tuple[Any, ...]:
    try:
        packed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        position = struct.unpack(f">{layout}", packed)
    except (ValueError, struct.error) as error:
        raise _bad_cursor() from error
    # base64 has many spellings of the same bytes, and a NaN sorts nowhere: take only our own.
    if _encode(layout, position) != cursor or any(part != part for part in position):  # noqa: PLR0124
        raise _bad_cursor()
    return position


def _bad_cursor() -> InvalidInputError:
    return InvalidInputError.on(
        "cursor", "bad_cursor", "Send next_cursor as this list answered it, or none."
    )

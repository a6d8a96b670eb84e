"""What tokens cost: rows of a table, in US dollars per million tokens.

A tenant's own rows go before those that ship (`list_prices.json`). Of several rows that fit a call,
the one that names its model most exactly holds, and of its dates the last before the call. What a
span itself reports goes before any price.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import orjson

from audit.rules.kinds import RuleKind
from audit.rules.patterns import PatternError, globs
from console.platform.errors import FieldProblem, InvalidInputError

MAX_ROWS = 500
MAX_PRICE = Decimal(100_000)
PLACES = 6
NANOS = 10**9
SHIPPED = Path(__file__).with_name("list_prices.json")
RATES = ("input", "output", "cache_read", "cache_write")


@dataclass(frozen=True, slots=True)
class Price:
    """`provider` and `model` are globs, several with commas. No price for cached tokens: input's.

    `valid_from` None is from ever on; a day begins at midnight UTC.
    """

    model: str
    input: Decimal
    output: Decimal
    provider: str = "*"
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    valid_from: date | None = None

    @property
    def providers(self) -> list[str]:
        return split(self.provider)

    @property
    def models(self) -> list[str]:
        return split(self.model)

    @property
    def from_ns(self) -> int:
        if self.valid_from is None:
            return 0
        begins = datetime(
            self.valid_from.year, self.valid_from.month, self.valid_from.day, tzinfo=UTC
        )
        return int(begins.timestamp()) * NANOS

    def as_json(self) -> dict[str, Any]:
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Price":
        """Of what `as_json` gave."""
        begins = stored["valid_from"]
        return cls(
            provider=stored["provider"],
            model=stored["model"],
            input=Decimal(stored["input"]),
            output=Decimal(stored["output"]),
            cache_read=_decimal(stored["cache_read"]),
            cache_write=_decimal(stored["cache_write"]),
            valid_from=date.fromisoformat(begins) if begins else None,
        )


@dataclass(frozen=True, slots=True)
class Prices:
    """A tenant's own rows, and whether those that ship hold after them."""

    kind: ClassVar[RuleKind] = RuleKind.PRICES

    rows: tuple[Price, ...] = ()
    shipped: bool = True

    @property
    def in_force(self) -> tuple[tuple[Price, ...], ...]:
        """Table by table, the one that is asked first first."""
        return (self.rows, shipped_prices().rows) if self.shipped else (self.rows,)

    def checked(self) -> "Prices":
        """Itself. Raises InvalidInputError with what does not hold, row by row."""
        problems = [problem for at, row in enumerate(self.rows) for problem in _wrong(at, row)]
        if len(self.rows) > MAX_ROWS:
            problems.append(FieldProblem("rows", "too_many", f"Keep at most {MAX_ROWS} rows."))
        if problems:
            raise InvalidInputError(problems[0].detail, problems=problems)
        return self

    def as_json(self) -> dict[str, Any]:
        return {"rows": [row.as_json() for row in self.rows], "shipped": self.shipped}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Prices":
        """Of what `as_json` gave."""
        return cls(tuple(Price.from_json(row) for row in stored["rows"]), stored["shipped"])


@dataclass(frozen=True, slots=True)
class ListPrices:
    """The list prices that ship: as of which day, whence, and what they leave out."""

    as_of: date
    source: str
    rows: tuple[Price, ...]


@cache
def shipped_prices() -> ListPrices:
    stored = orjson.loads(SHIPPED.read_bytes())
    blank = dict.fromkeys(one.name for one in fields(Price)) | {"provider": "*"}
    rows = tuple(Price.from_json(blank | row) for row in stored["rows"])
    return ListPrices(date.fromisoformat(stored["as_of"]), stored["source"], rows)


def split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _plain(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return None if value is None else str(value)


def _wrong(at: int, row: Price) -> Iterator[FieldProblem]:
    where = f"rows.{at}"
    for name, patterns in (("provider", row.providers), ("model", row.models)):
        try:
            globs(patterns or [""])
        except PatternError as error:
            yield FieldProblem(f"{where}.{name}", "bad_pattern", str(error))
    for name in RATES:
        price = getattr(row, name)
        if price is not None and not _is_price(price):
            detail = f"Write a price from 0 to {MAX_PRICE:,} with at most {PLACES} decimals."
            yield FieldProblem(f"{where}.{name}", "out_of_range", detail)


def _is_price(price: Decimal) -> bool:
    try:
        return 0 <= price <= MAX_PRICE and price == round(price, PLACES)
    except InvalidOperation:  # not a number, or one with too many digits to round
        return False

"""Stacked bars by category, each with its name and its number beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.web.charts.parts import (
    PATTERNS,
    Datum,
    Key,
    Series,
    Table,
    TableRow,
    legend,
    table,
)
from console.web.quantities import compact


@dataclass(frozen=True, slots=True)
class Category:
    """`tone` is its own where the chart has one series."""

    name: str
    href: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    x: float
    width: float
    tone: str
    pattern: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    href: str
    total: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Rows:
    id: str
    title: str
    description: str
    bars: list[Bar]
    legend: list[Key]
    table: Table

    @property
    def is_empty(self) -> bool:
        return not any(bar.parts for bar in self.bars)


def rows(
    *,
    id: str,  # noqa: A002 - the name of the attribute
    title: str,
    description: str,
    first: str,
    categories: Sequence[Category],
    series: Sequence[Series],
) -> Rows:
    """The longest bar is as long as there is room: compare lengths, read numbers."""
    known = table(first, [category.name for category in categories], series)
    totals = [sum(cell.value for cell in row.cells) for row in known.rows]
    longest = max(totals, default=0) or 1
    bars = [
        Bar(
            category.name,
            category.href,
            compact(total),
            _parts(row.cells, series, longest, category.tone),
        )
        for category, row, total in zip(categories, known.rows, totals, strict=True)
    ]
    linked = [
        TableRow(row.label, row.cells, category.href)
        for category, row in zip(categories, known.rows, strict=True)
    ]
    shown = Table(known.first, known.columns, linked)
    return Rows(id, title, description, bars, legend(series), shown)


def _parts(cells: Sequence[Datum], series: Sequence[Series], longest: int, tone: str) -> list[Part]:
    parts, x = [], 0.0
    for cell, one, pattern in zip(cells, series, PATTERNS, strict=False):
        if not cell.value:
            continue
        width = cell.value / longest
        parts.append(Part(x, width, tone or one.tone, pattern, f"{cell.text} {one.name.lower()}"))
        x += width
    return parts

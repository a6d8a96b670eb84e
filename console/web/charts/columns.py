"""Stacked columns, as of counts by day."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.web.charts.parts import (
    PATTERNS,
    AxisLabel,
    Key,
    Series,
    Table,
    Tick,
    axis_labels,
    legend,
    table,
    ticks,
)

FILLED = 0.72  # of a column's place; the rest parts it from the next


@dataclass(frozen=True, slots=True)
class Segment:
    x: float
    y: float
    width: float
    height: float
    tone: str
    pattern: str
    title: str


@dataclass(frozen=True, slots=True)
class Columns:
    id: str
    title: str
    description: str
    segments: list[Segment]
    ticks: list[Tick]
    labels: list[AxisLabel]
    legend: list[Key]
    table: Table

    @property
    def is_empty(self) -> bool:
        return not self.segments


def columns(
    *,
    id: str,  # noqa: A002 - the name of the attribute
    title: str,
    description: str,
    first: str,
    labels: Sequence[str],
    series: Sequence[Series],
) -> Columns:
    """`first` heads the labels in the table. Nought is drawn as nothing; all noughts are empty."""
    known = table(first, labels, series)
    keys = legend(series)
    totals = [sum(cell.value for cell in row.cells) for row in known.rows]
    top, grid = ticks(max(totals, default=0))
    place = 1 / len(labels) if labels else 1
    drawn = []
    for number, row in enumerate(known.rows):
        foot = 1.0
        for one, pattern, cell in zip(series, PATTERNS, row.cells, strict=False):
            if not cell.value:
                continue
            height = cell.value / top
            foot -= height
            x = (number + (1 - FILLED) / 2) * place
            told = f"{row.label}: {cell.text} {one.name.lower()}"
            drawn.append(Segment(x, foot, place * FILLED, height, one.tone, pattern, told))
    middles = [(number + 0.5) * place for number in range(len(labels))]
    return Columns(id, title, description, drawn, grid, axis_labels(labels, middles), keys, known)

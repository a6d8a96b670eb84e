"""Lines over equal steps of time."""

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


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """`points` in an SVG of 100 by 100; a single dot has none to join."""

    tone: str
    pattern: str
    points: str
    dots: list[Dot]


@dataclass(frozen=True, slots=True)
class Lines:
    id: str
    title: str
    description: str
    lines: list[Line]
    ticks: list[Tick]
    labels: list[AxisLabel]
    legend: list[Key]
    table: Table

    @property
    def is_empty(self) -> bool:
        return not any(cell.value for row in self.table.rows for cell in row.cells)


def lines(
    *,
    id: str,  # noqa: A002 - the name of the attribute
    title: str,
    description: str,
    first: str,
    labels: Sequence[str],
    series: Sequence[Series],
) -> Lines:
    known = table(first, labels, series)
    top, grid = ticks(max((cell.value for row in known.rows for cell in row.cells), default=0))
    places = across(len(labels))
    drawn = []
    for one, pattern in zip(series, PATTERNS, strict=False):
        dots = [
            Dot(x, 1 - datum.value / top, f"{label}: {datum.text} {one.name.lower()}")
            for x, label, datum in zip(places, labels, one.data, strict=True)
        ]
        drawn.append(Line(one.tone, pattern, joined([(dot.x, dot.y) for dot in dots]), dots))
    shown = axis_labels(labels, places)
    return Lines(id, title, description, drawn, grid, shown, legend(series), known)


def across(count: int) -> list[float]:
    """Places from edge to edge; one alone stands in the middle."""
    return [number / (count - 1) for number in range(count)] if count > 1 else [0.5][:count]


def joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x * 100:.4g},{y * 100:.4g}" for x, y in points)

"""What charts share: series and their patterns, an axis with round numbers, the table."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.web.quantities import compact

# In the order of series; a fifth series is a second chart.
PATTERNS = ("plain", "hatch", "dots", "cross")
MOST_STEPS = 4
MOST_LABELS = 5


@dataclass(frozen=True, slots=True)
class Datum:
    """One number, and the list it counts where there is one."""

    value: int
    href: str = ""

    @property
    def text(self) -> str:
        return f"{self.value:,}"


@dataclass(frozen=True, slots=True)
class Series:
    """`data[i]` belongs to the i-th label of the chart. Raises ValueError below nought."""

    name: str
    tone: str
    data: Sequence[Datum]

    def __post_init__(self) -> None:
        if any(datum.value < 0 for datum in self.data):
            raise ValueError(f"'{self.name}' has a number below nought.")


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the legend."""

    name: str
    tone: str
    pattern: str
    total: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line: `at` from the top."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class AxisLabel:
    """`at` from the left; the anchor keeps the outermost inside; a minor one needs room."""

    at: float
    text: str
    anchor: str
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    label: str
    cells: list[Datum]
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers that the chart draws."""

    first: str
    columns: list[str]
    rows: list[TableRow]


def legend(series: Sequence[Series]) -> list[Key]:
    """Raises ValueError for more series than can be told apart."""
    if len(series) > len(PATTERNS):
        raise ValueError(f"{len(series)} series; {len(PATTERNS)} can be told apart.")
    return [
        Key(one.name, one.tone, pattern, compact(sum(datum.value for datum in one.data)))
        for one, pattern in zip(series, PATTERNS, strict=False)
    ]


def table(first: str, labels: Sequence[str], series: Sequence[Series]) -> Table:
    """A row per label, a column per series. Raises ValueError where one is of another length."""
    by_label = list(zip(*(one.data for one in series), strict=True))
    rows = [TableRow(label, list(cells)) for label, cells in zip(labels, by_label, strict=True)]
    return Table(first, [one.name for one in series], rows)


def nice_ceiling(most: int) -> tuple[int, int]:
    """The step and the top of an axis up to `most`: steps of 1, 2 or 5 times a power of ten."""
    step = 1
    while step * MOST_STEPS < most:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step, max(step, -(-most // step) * step)


def ticks(most: int) -> tuple[int, list[Tick]]:
    """The top of the axis, and its grid from nought at the foot up to it."""
    step, top = nice_ceiling(most)
    return top, [Tick(1 - value / top, compact(value)) for value in range(0, top + step, step)]


def axis_labels(labels: Sequence[str], places: Sequence[float]) -> list[AxisLabel]:
    """At most MOST_LABELS of them, evenly apart, the first and the last among them."""
    count = len(labels)
    if count <= MOST_LABELS:
        chosen = list(range(count))
    else:
        gaps = MOST_LABELS - 1
        chosen = [round(number * (count - 1) / gaps) for number in range(MOST_LABELS)]
    return [
        AxisLabel(places[at], labels[at], _anchor(at, count), number % 2 == 1)
        for number, at in enumerate(chosen)
    ]


def _anchor(at: int, count: int) -> str:
    if count == 1:
        return "middle"
    return "start" if at == 0 else "end" if at == count - 1 else "middle"

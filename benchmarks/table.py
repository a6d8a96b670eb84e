"""What a benchmark measured: rows beside their floor, for a person and for a machine."""

import json
import platform
from dataclasses import asdict, dataclass, field
from statistics import quantiles

from typing_extensions import override

SMALL = 1  # below it a figure needs more places


@dataclass(frozen=True, slots=True)
class Row:
    """`figure` in `unit`; `floor` is the naive way, measured in the same run."""

    what: str
    figure: float
    unit: str
    floor: float | None = None

    @property
    def share(self) -> str:
        return f"{self.figure / self.floor:.0%}" if self.floor else ""


@dataclass(slots=True)
class Table:
    title: str
    floor_is: str
    rows: list[Row] = field(default_factory=list)

    def add(self, what: str, figure: float, unit: str, floor: float | None = None) -> None:
        self.rows.append(Row(what, figure, unit, floor))

    @override
    def __str__(self) -> str:
        width = max(len(row.what) for row in self.rows)
        lines = [self.title, f"floor: {self.floor_is}", ""]
        lines.append(f"{'':{width}}  {'figure':>12}  {'floor':>12}  {'of it':>6}")
        for row in self.rows:
            floor = f"{row.floor:,.1f}" if row.floor else ""
            figure = f"{row.figure:,.1f}" if row.figure >= SMALL else f"{row.figure:.3f}"
            lines.append(
                f"{row.what:{width}}  {figure:>12}  {floor:>12}  {row.share:>6}  {row.unit}"
            )
        return "\n".join(lines)

    def as_json(self) -> str:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        return json.dumps({**asdict(self), **machine})


def percentile(samples: list[float], share: int) -> float:
    """The `share`-th percentile (1 to 99), by inclusive interpolation."""
    return quantiles(samples, n=100, method="inclusive")[share - 1]

"""A line without an axis, beside the number it leads to."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.web.charts.lines import across, joined


@dataclass(frozen=True, slots=True)
class Spark:
    """`points` in an SVG of 100 by 100; `end` is where the last one stands, shares of one."""

    description: str
    points: str
    end: tuple[float, float] | None


def spark(values: Sequence[int], *, description: str) -> Spark:
    """From nought at the foot to the greatest at the top; noughts alone lie at the foot."""
    top = max(values, default=0) or 1
    points = [(x, 1 - value / top) for x, value in zip(across(len(values)), values, strict=True)]
    return Spark(description, joined(points), points[-1] if points else None)

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from console.platform.errors import FieldProblem, InvalidInputError


def within(default: float, *, low: float, high: float) -> Any:
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What a tenant may choose. Raises InvalidInputError for a number out of its bounds."""

    def __post_init__(self) -> None:
        # Not `value < low or value > high`: that would let NaN through.
        problems = [
            FieldProblem(name, "out_of_range", f"Send a number from {low:g} to {high:g}.")
            for name, (low, high) in self.bounds().items()
            if not low <= getattr(self, name) <= high
        ]
        if problems:
            raise InvalidInputError(problems[0].detail, problems=problems)

    @classmethod
    def bounds(cls) -> dict[str, tuple[float, float]]:
        return {one.name: (one.metadata["low"], one.metadata["high"]) for one in fields(cls)}

    @classmethod
    def is_whole(cls, name: str) -> bool:
        return isinstance(getattr(cls(), name), int)

    @classmethod
    def known(cls, stored: Mapping[str, float]) -> dict[str, Any]:
        """Those of a row that this release still has, in its order: JSONB keeps none."""
        return {name: stored[name] for name in cls.bounds() if name in stored}

    def as_dict(self) -> dict[str, float]:
        return asdict(self)

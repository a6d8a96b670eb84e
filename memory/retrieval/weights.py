from dataclasses import asdict, dataclass, field, fields
from typing import Any

from console.platform.errors import FieldProblem, InvalidInputError


def within(default: float, *, low: float, high: float) -> Any:
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallWeights:
    """What else than the query speaks for a memory: each worth so many nats of evidence.

    The defaults decide between memories that fit about equally well, and nothing else. Raises
    InvalidInputError on a number beyond its bounds.
    """

    recency: float = within(0.1, low=0, high=10)
    confidence: float = within(0.1, low=0, high=10)
    approval: float = within(0.1, low=0, high=10)
    # After so long a memory's recency counts half.
    half_life_days: float = within(30.0, low=0.01, high=36_500)
    # Of a memory that states none.
    unknown_confidence: float = within(0.5, low=0, high=1)

    def __post_init__(self) -> None:
        # Not `weight < low or weight > high`: that would let NaN through.
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

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


DEFAULT_WEIGHTS = RecallWeights()

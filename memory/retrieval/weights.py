"""How much each sign beside the match itself counts in a tenant's ranking."""

from dataclasses import asdict, dataclass, fields

from console.platform.errors import FieldProblem, InvalidInputError

LEAST, MOST = 0.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallWeights:
    """Each from 0 (does not count) to 1 (counts fully). Raises InvalidInputError beyond."""

    recency: float = 0.05
    confidence: float = 0.05
    approval: float = 0.05
    neighbour: float = 0.5

    def __post_init__(self) -> None:
        # Not `weight < LEAST or weight > MOST`: that would let NaN through.
        problems = [
            FieldProblem(name, "out_of_range", "Send a number from 0 to 1.")
            for name, weight in self.as_dict().items()
            if not LEAST <= weight <= MOST
        ]
        if problems:
            raise InvalidInputError(problems[0].detail, problems=problems)

    @classmethod
    def names(cls) -> list[str]:
        return [field.name for field in fields(cls)]

    def as_dict(self) -> dict[str, float]:
        return asdict(self)

"""How a tenant keeps what is used and lets go of what is not: its settings, with their bounds."""

from dataclasses import asdict, dataclass, fields

from console.platform.errors import FieldProblem, InvalidInputError

# Least and most of each rule.
BOUNDS: dict[str, tuple[float, float]] = {
    "refresh_share": (0.0, 1.0),
    "refresh_cap_days": (1, 3650),
    "renewal_notice_days": (0, 90),
    "renewal_importance": (0.0, 1.0),
    "renewal_recalls": (1, 10_000),
    "archive_after_days": (1, 3650),
    "budget_per_subject": (0, 10_000_000),
    "budget_per_namespace": (0, 10_000_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRules:
    """Raises InvalidInputError for a number out of its bounds.

    A recalled memory whose remaining life is below `refresh_share` of what policy granted gets it
    anew (0: never), though none lives past `refresh_cap_days` from its making. Renewal is asked
    `renewal_notice_days` before the end (0: never) of a memory at least as important, or recalled
    at least as often in 30 days. A semantic memory that nobody recalled for `archive_after_days`
    is archived. Past its budget (0: none) a scope loses its least useful memories: a subject's,
    or, of those about nobody, a namespace's.
    """

    refresh_share: float = 0.5
    refresh_cap_days: int = 1095
    renewal_notice_days: int = 14
    renewal_importance: float = 0.7
    renewal_recalls: int = 5
    archive_after_days: int = 90
    budget_per_subject: int = 10_000
    budget_per_namespace: int = 100_000

    def __post_init__(self) -> None:
        # Not `value < least or value > most`: that would let NaN through.
        problems = [
            FieldProblem(name, "out_of_range", f"Send a number from {least:g} to {most:g}.")
            for name, (least, most) in BOUNDS.items()
            if not least <= getattr(self, name) <= most
        ]
        if problems:
            raise InvalidInputError(problems[0].detail, problems=problems)

    @classmethod
    def names(cls) -> list[str]:
        return [field.name for field in fields(cls)]

    @classmethod
    def is_whole(cls, name: str) -> bool:
        """Whether a rule is a whole number."""
        return isinstance(next(f.default for f in fields(cls) if f.name == name), int)

    def as_dict(self) -> dict[str, float]:
        return asdict(self)

"""What only the database can refuse in time, as an error of ours: every door asks here."""

from collections.abc import Callable

from django.db import IntegrityError

from console.platform.errors import (
    AgentFrozenError,
    DomainError,
    ErasedSubjectError,
    RestrictedSubjectError,
)

# By the name of the constraint that the trigger speaks of.
CONSTRAINTS: dict[str, Callable[[], DomainError]] = {
    "agent_is_not_frozen": lambda: AgentFrozenError("Somebody stopped it while it was at it."),
    "subject_is_not_erased": ErasedSubjectError,
    "subject_is_not_restricted": RestrictedSubjectError,
}


def refusal_of(error: DomainError | IntegrityError) -> DomainError | None:
    """None where it is a fault of ours."""
    if isinstance(error, DomainError):
        return error
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    meaning = CONSTRAINTS.get(constraint or "")
    return meaning() if meaning else None

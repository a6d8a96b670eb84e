"""What can go wrong, by meaning. Doors translate once, by `http_status` and `code`.

A `code` is stable and part of the API; the sentence may be improved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field of the input."""

    field: str
    code: str
    detail: str


class DomainError(Exception):
    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"
    http_status: ClassVar[int] = 400

    def __init__(self, detail: str = "", *, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.problems = tuple(problems)


class InvalidInputError(DomainError):
    """The input was understood as a request but its fields do not hold."""

    code = "invalid"
    title = "Some fields are not valid"
    http_status = 422

    @classmethod
    def on(cls, field: str, code: str, detail: str) -> "InvalidInputError":
        return cls(detail, problems=[FieldProblem(field, code, detail)])


class NotFoundError(DomainError):
    """Absent, another tenant's, or not for this actor: one answer for all three."""

    code = "not_found"
    title = "Not found"
    http_status = 404

    def __init__(self, identifier: object = "", *, noun: str = "object") -> None:
        super().__init__(f"There is no such {noun} here, or this key may not see it.")
        self.identifier = str(identifier)


class NotAuthenticatedError(DomainError):
    code = "not_authenticated"
    title = "Send a valid key"
    http_status = 401


class NotPermittedError(DomainError):
    """The actor is known and the kind of action is not theirs, whatever the object."""

    code = "not_permitted"
    title = "This key or role may not do that"
    http_status = 403


class ConflictError(DomainError):
    code = "conflict"
    title = "The request conflicts with the current state"
    http_status = 409


class StaleVersionError(ConflictError):
    code = "stale_version"
    title = "The memory has changed since you read it"


class WrongStateError(ConflictError):
    code = "wrong_state"
    title = "The object is not in a state that allows this"


class CertificateAlteredError(ConflictError):
    """What is stored is not what was signed. Whoever holds a copy of it has the true one."""

    code = "certificate_altered"
    title = "The stored certificate was altered"


class ClaimedByAnotherError(ConflictError):
    """Somebody else works on it, until they finish or their lease runs out."""

    code = "claimed_by_another"
    title = "Somebody else has claimed this"


class NotUndoableError(ConflictError):
    """Taking the decision back would not bring back what was before it."""

    code = "not_undoable"
    title = "The decision cannot be taken back"


class SecondPersonError(ConflictError):
    """Two people must agree on it, each having looked at it: it is not decided among others."""

    code = "needs_second_person"
    title = "Two people must agree on this one: decide it by itself"


class IdempotencyMismatchError(ConflictError):
    code = "idempotency_mismatch"
    title = "This Idempotency-Key was used for another request"


class OwnProposalError(NotPermittedError):
    """Whoever proposed a memory, or owns the key that did, cannot approve it."""

    code = "own_proposal"
    title = "The proposer cannot decide on its own proposal"


class AgentFrozenError(NotPermittedError):
    """Somebody stopped the agent: it reads or writes nothing until an owner thaws it."""

    code = "agent_frozen"
    title = "This agent is frozen"


class ErasedSubjectError(DomainError):
    """The subject's keys are destroyed: nothing can be kept about them any more."""

    code = "subject_erased"
    title = "This subject was erased; nothing about them is kept"
    http_status = 410


class RestrictedSubjectError(DomainError):
    """The person asked that what is held about them be kept and not used."""

    code = "subject_restricted"
    title = "This subject is under a restriction; agents neither read nor write about them"
    http_status = 423


class LegalHoldError(DomainError):
    """A legal hold stands: nothing of it may end or be removed until it is released."""

    code = "legal_hold"
    title = "A legal hold stands on this"
    http_status = 423


class UnavailableError(DomainError):
    code = "unavailable"
    title = "The service cannot answer right now"
    http_status = 503

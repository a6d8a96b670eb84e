"""What a policy says about one write."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from console.platform.errors import DomainError
from memory.models import State
from memory.policies.rule import Effect, Priority


class RejectedByPolicyError(DomainError):
    code = "rejected_by_policy"
    title = "The policy of this tenant refuses this write"
    http_status = 422


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    detail: str

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "detail": self.detail}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """`policy` is the number of the version that ruled, 0 the one that ships.

    `risk` from 0 to 1 orders the queue. `approvals` people must agree, each another one. The
    memory lives for `ttl` when the writer does not say, and never past `longest`.
    """

    effect: Effect
    policy: int
    reasons: tuple[Reason, ...] = ()
    risk: float = 0.0
    queue: str = ""
    priority: Priority = Priority.NORMAL
    approvals: int = 1
    redact: frozenset[str] = frozenset()
    ttl: timedelta
    longest: timedelta
    retention: timedelta
    must_sign: bool = False

    @property
    def state(self) -> State:
        """Where the write goes; a rejected one goes nowhere (`refuse_rejected`)."""
        return {
            Effect.APPROVE: State.ACTIVE,
            Effect.REVIEW: State.PENDING,
            Effect.QUARANTINE: State.QUARANTINED,
        }[self.effect]

    def refuse_rejected(self) -> None:
        """Raises RejectedByPolicyError."""
        if self.effect is Effect.REJECT:
            raise RejectedByPolicyError(" ".join(reason.detail for reason in self.reasons))

    def redacts(self, code: str) -> bool:
        """Whether the span of a finding of this code is taken out."""
        return code in self.redact

    def expires_at(self, *, asked: datetime | None, at: datetime) -> datetime:
        if asked is None:
            return at + self.ttl
        return min(asked, at + self.longest)

    def renewable(self, *, asked: datetime | None) -> int | None:
        """Seconds that use may grant anew; None where the writer or a rule chose the end."""
        if asked is not None or self.longest <= self.ttl:
            return None
        return int(self.ttl.total_seconds())

    def reasons_json(self) -> list[dict[str, Any]]:
        return [reason.as_json() for reason in self.reasons]

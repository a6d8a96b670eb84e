"""The policy a tenant starts with: what takes effect at once, and what waits for a person."""

from dataclasses import dataclass
from typing import Any, Literal

from console.accounts.actor import Actor, ActorKind
from memory.models import Memory, State
from memory.screening import Finding
from memory.writes import Write

Effect = Literal["approve", "review", "quarantine"]

LOW_CONFIDENCE = 0.8
# An agent nobody vouched for is known by its works: so many of its writes must stand first.
FIRST_WRITES = 5


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    detail: str

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Ruling:
    """`risk` from 0 to 1 orders the queue."""

    effect: Effect
    reasons: tuple[Reason, ...]
    risk: float

    @property
    def state(self) -> State:
        return {
            "approve": State.ACTIVE,
            "review": State.PENDING,
            "quarantine": State.QUARANTINED,
        }[self.effect]

    def reasons_json(self) -> list[dict[str, Any]]:
        return [reason.as_json() for reason in self.reasons]


def decide(
    *,
    actor: Actor,
    write: Write,
    findings: list[Finding],
    contradicted: Memory | None,
) -> Ruling:
    """Collects every reason to hold, so that a reviewer sees all of them and not the first."""
    planted = [finding for finding in findings if finding.severity != "note"]
    reasons = [Reason(finding.code, finding.detail) for finding in planted]
    risk = max((finding.weight for finding in planted), default=0.0)
    if contradicted is not None:
        detail = f"It contradicts the approved memory {contradicted.id}."
        reasons.append(Reason("contradiction", detail))
        risk = max(risk, 0.6)
    if write.confidence is not None and write.confidence < LOW_CONFIDENCE:
        detail = f"Its confidence {write.confidence:g} is below {LOW_CONFIDENCE:g}."
        reasons.append(Reason("low_confidence", detail))
        risk = max(risk, 1 - write.confidence)
    if _is_unknown(actor):
        detail = f"{actor.label} is new here: its first writes wait."
        reasons.append(Reason("unknown_agent", detail))
        risk = max(risk, 0.4)
    if any(finding.severity == "quarantine" for finding in planted):
        return Ruling("quarantine", tuple(reasons), max(risk, 0.9))
    return Ruling("review" if reasons else "approve", tuple(reasons), risk)


def _is_unknown(actor: Actor) -> bool:
    if actor.kind is not ActorKind.AGENT or actor.trusted:
        return False
    standing = Memory.objects.filter(
        agent_id=actor.agent_id, state__in=[State.ACTIVE, State.EXPIRED, State.SUPERSEDED]
    )
    return standing[:FIRST_WRITES].count() < FIRST_WRITES

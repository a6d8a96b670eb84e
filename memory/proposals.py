"""Putting a proposed version through screening and policy, and opening a review when it is held.

Shared by writing, revising and restoring: one pipeline, whatever the verb.
"""

from dataclasses import dataclass
from uuid import UUID

from audit.models import AccessKind
from audit.trail import append, note
from console.accounts.actor import Actor
from memory.models import Memory, MemoryVersion, ReviewItem, ReviewKind
from memory.policies import Ruling, decide
from memory.screening import Finding, screen
from memory.screening.contradiction import Place, contradicted_at
from memory.screening.gathering import gather
from memory.touches import record_touch
from memory.writes import Write, content_digest


@dataclass(frozen=True, slots=True)
class Assessment:
    findings: list[Finding]
    contradicted: Memory | None
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """What a writer is told: the memory, the version proposed, and why it waits if it does."""

    memory: Memory
    version: MemoryVersion
    ruling: Ruling
    review: ReviewItem | None

    audit_kind = "memory"

    @property
    def id(self) -> UUID:
        return self.memory.id


def assess(
    *, actor: Actor, write: Write, subject_id: UUID | None, beside: UUID | None = None
) -> Assessment:
    (context,) = gather(actor=actor, writes=[write], subject_ids=[subject_id])
    findings = screen(write.content, context)
    standing = contradicted_at(
        Place(subject_id, write.namespace, write.key),
        content_sha256=content_digest(write.content, write.value),
        beside=beside,
    )
    contradicted = standing[0] if standing else None
    ruling = decide(actor=actor, write=write, findings=findings, contradicted=contradicted)
    return Assessment(findings, contradicted, ruling)


def open_review(
    *, actor: Actor, memory: Memory, version: MemoryVersion, assessment: Assessment
) -> ReviewItem:
    contradicted = assessment.contradicted
    ruling = assessment.ruling
    if ruling.effect == "quarantine":
        kind = ReviewKind.QUARANTINE
    elif contradicted is not None:
        kind = ReviewKind.CONTRADICTION
    else:
        kind = ReviewKind.NEW if version.number == 1 else ReviewKind.REVISION
    review = ReviewItem.objects.create(
        memory_id=memory.id,
        version=version.number,
        kind=kind,
        reasons=ruling.reasons_json(),
        risk=ruling.risk,
        contradicts_id=contradicted.id if contradicted else None,
        content_sha256=bytes(version.content_sha256),
        agent_id=actor.agent_id,
        subject_id=memory.subject_id,
    )
    append(
        kind="review.opened",
        actor=actor,
        object_kind="review",
        object_id=review.id,
        payload={
            "memory_id": str(memory.id),
            "version": version.number,
            "reasons": [reason.code for reason in ruling.reasons],
        },
    )
    return review


def record_outcome(outcome: WriteOutcome, *, actor: Actor, access: AccessKind) -> None:
    """What the event of a write, a revision or a restoration carries, and the access log."""
    number = outcome.version.number
    record_touch(actor=actor, memory_id=outcome.memory.id, version=number, access=access)
    note(
        state=outcome.ruling.state,
        version=number,
        content_sha256=bytes(outcome.version.content_sha256).hex(),
        reasons=[reason.code for reason in outcome.ruling.reasons],
    )

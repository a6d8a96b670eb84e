"""Putting proposed versions through screening and policy, and opening reviews for what is held.

Shared by writing, revising and restoring: one pipeline, whatever the verb, and whole sets at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from audit.models import AccessKind
from audit.trail import Event, append_events
from console.accounts.actor import Actor
from console.keys.keyring import Keyring, keyring_for
from console.keys.models import Purpose
from memory.models import Memory, MemoryVersion, ReviewItem, ReviewKind
from memory.policies import (
    CompiledPolicy,
    Facts,
    Ruling,
    decide,
    held_subjects,
    policy_in_force,
)
from memory.reviews.opening import enqueue
from memory.screening import Finding, ScreenContext, screen
from memory.screening.contradiction import Place, Standing, contradicted
from memory.screening.gathering import gather
from memory.screening.redaction import REDACTED, redact_write
from memory.sealing import content_digest
from memory.signing.verify import Proof
from memory.touches import record_touches
from memory.writes import Write


@dataclass(frozen=True, slots=True)
class Assessment:
    """`write` is what is kept, redacted where the policy says so; `original` what it was before."""

    write: Write
    original: dict[str, Any]
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
    proof: Proof | None = None

    audit_kind = "memory"

    @property
    def id(self) -> UUID:
        return self.memory.id

    @property
    def notes(self) -> dict[str, object]:
        """What the event of a write, a revision or a restoration carries."""
        return {
            "state": self.ruling.state,
            "version": self.version.number,
            "content_digest": bytes(self.version.content_digest).hex(),
            "reasons": [reason.code for reason in self.ruling.reasons],
            "policy": self.ruling.policy,
            "subject_id": str(self.memory.subject_id) if self.memory.subject_id else None,
            "signing_key_id": str(self.proof.key.id) if self.proof else None,
        }


def assess(
    *,
    facts: Facts,
    policy: CompiledPolicy,
    subject_id: UUID | None,
    keyring: Keyring,
    standing: Standing,
    context: ScreenContext,
    beside: Collection[UUID] = (),
) -> Assessment:
    """`facts` are those known before screening; `beside` is what it revises or replaces.

    Asks the database nothing. Raises ErasedSubjectError and RejectedByPolicyError.
    """
    key = keyring.current(Purpose.DIGEST, subject_id)

    def rule(write: Write) -> tuple[Memory | None, Ruling]:
        place = Place(subject_id, write.namespace, write.key)
        digest = content_digest(key, write.content, write.value)
        otherwise = contradicted(standing.get(place, ()), digest=digest, beside=beside)
        against = otherwise[0] if otherwise else None
        contradicts = against.id if against else None
        return against, decide(policy, replace(facts, findings=findings, contradicts=contradicts))

    findings = screen(facts.write.content, context)
    against, ruling = rule(facts.write)
    ruling.refuse_rejected()
    write = redact_write(facts.write, [one for one in findings if ruling.redacts(one.code)])
    if write != facts.write:
        # What stands already was redacted too: only the redacted text can agree with it.
        against, ruling = rule(write)
        ruling.refuse_rejected()
    return Assessment(write, _changed(facts.write, write), findings, against, ruling)


def assess_correction(*, actor: Actor, memory: Memory, write: Write) -> Assessment:
    """A reviewer's own text, screened and redacted as any. Whether it may stand they say.

    Raises RejectedByPolicyError.
    """
    keyring = keyring_for([memory.subject_id])
    policy = policy_in_force()
    [context] = gather(
        actor=actor,
        writes=[write],
        subject_ids=[memory.subject_id],
        keyring=keyring,
        revised=memory.id,
    )
    return assess(
        facts=Facts(
            actor=actor,
            write=write,
            subject_known=memory.subject_id is not None,
            subject_held=bool(held_subjects([memory.subject_id], policy)),
            revision=True,
        ),
        policy=policy,
        subject_id=memory.subject_id,
        keyring=keyring,
        standing={},
        context=context,
    )


def _changed(before: Write, after: Write) -> dict[str, Any]:
    """What redaction took away, as it was first written."""
    return {
        name: getattr(before, name)
        for name in REDACTED
        if getattr(before, name) != getattr(after, name)
    }


def review_of(
    *, actor: Actor, memory: Memory, version: MemoryVersion, assessment: Assessment
) -> ReviewItem | None:
    """The review that a held version waits for, yet to be saved; None for one in force."""
    against, ruling = assessment.contradicted, assessment.ruling
    if ruling.effect == "approve":
        return None
    if ruling.effect == "quarantine":
        kind = ReviewKind.QUARANTINE
    elif against is not None:
        kind = ReviewKind.CONTRADICTION
    else:
        kind = ReviewKind.NEW if version.number == 1 else ReviewKind.REVISION
    return ReviewItem(
        memory_id=memory.id,
        version=version.number,
        kind=kind,
        reasons=ruling.reasons_json(),
        risk=ruling.risk,
        queue=ruling.queue,
        priority=ruling.priority.rank,
        approvals_needed=ruling.approvals,
        contradicts_id=against.id if against else None,
        content_digest=bytes(version.content_digest),
        agent_id=actor.agent_id,
        subject_id=memory.subject_id,
    )


def open_reviews(outcomes: Sequence[WriteOutcome], *, actor: Actor) -> None:
    """Saves the reviews of those that are held, each with its event."""
    reviews = [outcome.review for outcome in outcomes if outcome.review is not None]
    enqueue(reviews)
    append_events(
        [
            Event(
                kind="review.opened",
                object_kind="review",
                object_id=review.id,
                payload={
                    "memory_id": str(review.memory_id),
                    "version": review.version,
                    "reasons": [reason["code"] for reason in review.reasons],
                },
            )
            for review in reviews
        ],
        actor=actor,
    )


def record_proposed(outcomes: Sequence[WriteOutcome], *, actor: Actor, access: AccessKind) -> None:
    """Opens the reviews of what is held, and tells the access log of all."""
    open_reviews(outcomes, actor=actor)
    record_touches(
        [(outcome.memory.id, outcome.version.number) for outcome in outcomes],
        actor=actor,
        access=access,
    )

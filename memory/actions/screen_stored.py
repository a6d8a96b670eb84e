"""Screening anew what is stored, a batch at a time. What is found leaves recall or is reviewed."""

from dataclasses import replace
from datetime import datetime

from audit.trail import append, audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.keys.keyring import keyring_for
from console.keys.models import Purpose
from memory.lifecycle import enter
from memory.models import (
    ABOUT_IN_FORCE,
    Memory,
    MemoryVersion,
    ReviewItem,
    ReviewKind,
    ReviewStatus,
    ScreeningRun,
    SealedContent,
    State,
)
from memory.rescreening import Doubt, advance, left_of, look_at, new_run, next_batch
from memory.reviews.opening import enqueue
from memory.screening import Finding
from memory.screening.fingerprints import keep_fingerprints
from memory.sealing import seal_said


@audited("screening.begun")
def begin_screening(*, actor: Actor, since: datetime | None = None) -> ScreeningRun:
    """All that is stored now; what is written from here on meets these rules when written."""
    actor.require(Permission.MEMORY_EXPIRE)
    run = new_run(since)
    run.save(force_insert=True)
    note(total=run.total)
    return run


@audited("screening.advanced")
def screen_stored(*, actor: Actor, run: ScreeningRun) -> ScreeningRun:
    """One batch. In the same transaction the run remembers how far it came."""
    actor.require(Permission.MEMORY_EXPIRE)
    run = ScreeningRun.objects.select_for_update(of=("self",)).get(id=run.id)
    if run.is_ended:
        note(looked_at=0)
        return run
    batch = next_batch(left_of(run).select_for_update(of=("self",)))
    looked = look_at(batch, actor=actor)
    # Of another index key, perhaps, or of before there were fingerprints.
    keep_fingerprints(looked.fingerprints)
    doubts = looked.doubts
    poison = [one for one in doubts if one.quarantines]
    for doubt in doubts:
        if doubt.quarantines:
            quarantine_memory(actor=actor, doubt=doubt, reason="screened_anew")
        else:
            _ask(actor=actor, doubt=doubt)
    advance(run, batch, quarantined=len(poison), reviews=len(doubts) - len(poison))
    run.save(update_fields=["looked_at", "quarantined", "reviews", "after_id", "ended_at"])
    note(looked_at=len(batch), quarantined=run.quarantined, reviews=run.reviews)
    return run


@audited("memory.quarantined")
def quarantine_memory(*, actor: Actor, doubt: Doubt, reason: str) -> Memory:
    """Takes a memory out of recall at once, and asks a person."""
    actor.require(Permission.MEMORY_EXPIRE)
    _ask(actor=actor, doubt=doubt)
    note(
        state=State.QUARANTINED,
        version=doubt.version.number,
        reasons=sorted({one.code for one in doubt.findings}),
    )
    return enter(
        actor=actor,
        memory=doubt.memory,
        state=State.QUARANTINED,
        version=doubt.version,
        reason=reason,
    )


def _ask(*, actor: Actor, doubt: Doubt) -> None:
    memory, version, findings = doubt.memory, doubt.version, doubt.findings
    _seal_findings(version, findings, memory=memory)
    reasons = [{"code": one.code, "detail": one.detail} for one in findings]
    risk = max(0.9 if doubt.is_poison else 0.0, *(one.weight for one in findings))
    waiting = (
        ReviewItem.objects.filter(
            status=ReviewStatus.OPEN, memory_id=memory.id, version=version.number
        )
        .exclude(kind__in=ABOUT_IN_FORCE)
        .first()
    )
    if waiting is not None:  # a person is asked already: there is more to see
        waiting.reasons += reasons
        waiting.risk = max(waiting.risk, risk)
        waiting.save(update_fields=["reasons", "risk"])
        return
    review = ReviewItem(
        memory_id=memory.id,
        version=version.number,
        kind=ReviewKind.SCREENED_ANEW,
        reasons=reasons,
        risk=risk,
        content_digest=bytes(version.content_digest),
        agent_id=memory.agent_id,
        subject_id=memory.subject_id,
    )
    enqueue([review])
    append(
        kind="review.opened",
        actor=actor,
        object_kind="review",
        object_id=review.id,
        payload={
            "memory_id": str(memory.id),
            "version": version.number,
            "reasons": [one.code for one in findings],
        },
    )


def _seal_findings(version: MemoryVersion, findings: list[Finding], *, memory: Memory) -> None:
    """The reviewer is shown where it stands. The words stay as they are."""
    said = replace(
        version.opened,
        findings=[*version.opened.findings, *(one.as_json() for one in findings)],
    )
    key = keyring_for([memory.subject_id]).current(Purpose.CONTENT, memory.subject_id)
    sealed = seal_said(version, said, key=key)
    SealedContent.objects.filter(id=version.id).update(
        key_id=sealed.key_id, ciphertext=sealed.ciphertext
    )
    version.said = said

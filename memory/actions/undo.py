from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import NotPermittedError, NotUndoableError, OwnProposalError
from memory.announcing import announce_decided
from memory.lifecycle import lock, put_back
from memory.models import (
    DecisionEffect,
    DecisionOutcome,
    Memory,
    ReviewDecision,
    ReviewItem,
    ReviewStatus,
)
from memory.reviews.approvals import standing_decisions
from memory.reviews.journal import Before
from memory.reviews.proposer import proposed
from memory.reviews.reasons import DecisionReason
from memory.reviews.undoing import refuse_asked_anew, refuse_changed

UNDO_WINDOW = timedelta(minutes=10)


def undoable_until(review: ReviewItem) -> datetime | None:
    """Till when its last decision can be taken back; None where there is none any more."""
    decisions = standing_decisions(review)
    if not decisions:
        return None
    end = decisions[-1].decided_at + UNDO_WINDOW
    return end if end > now() else None


@audited("review.undone")
def undo_decision(
    *,
    actor: Actor,
    review: ReviewItem,
    reason: str = DecisionReason.RECONSIDERED,
    comment: str = "",
    decision_id: UUID | None = None,
    batch_id: UUID | None = None,
) -> ReviewItem:
    """Takes back the last decision, or `decision_id` if that is the last.

    The memory, the ones it replaced and the reviews it closed are again what they were, as if
    nobody had decided; what happened stays on record. Raises NotUndoableError where that is not to
    be had, NotPermittedError where somebody else decided, and OwnProposalError.
    """
    actor.require(Permission.REVIEW_DECIDE)
    lock(review.memory)
    review = ReviewItem.objects.select_for_update(of=("self",)).get(id=review.id)
    decision = _last(review, decision_id)
    _refuse(actor, review, decision)
    effect = DecisionEffect.objects.filter(id=decision.id).first()
    if effect is None:
        raise NotUndoableError("What it changed was not noted: it cannot be taken back.")
    before = {UUID(key): Before.parse(kept) for key, kept in effect.memories.items()}
    others = Memory.objects.select_for_update(of=("self",)).order_by("id")
    memories = {memory.id: memory for memory in others.filter(id__in=before)}
    if review.status != effect.review["left"]:
        raise NotUndoableError(f"This review has been {review.status} since.")
    refuse_changed(before, memories)
    refuse_asked_anew(review, effect)
    _record(actor, review, decision, effect, reason=reason, comment=comment, batch_id=batch_id)
    _reopen(review, effect)
    _put_back(actor, before, memories)
    announce_decided(review, outcome=DecisionOutcome.UNDONE, actor=actor, reason=reason)
    note(
        memory_id=str(review.memory_id),
        undone=str(decision.id),
        was=decision.outcome,
        put_back=sorted(str(memory_id) for memory_id in _changed(before)),
    )
    return review


def _last(review: ReviewItem, decision_id: UUID | None) -> ReviewDecision:
    decisions = standing_decisions(review)
    if not decisions:
        raise NotUndoableError("Nobody has decided this: there is nothing to take back.")
    if decision_id not in {None, decisions[-1].id}:
        raise NotUndoableError("It has been decided anew, or taken back already.")
    return decisions[-1]


def _refuse(actor: Actor, review: ReviewItem, decision: ReviewDecision) -> None:
    if decision.decided_by_id != actor.id:
        if not actor.may(Permission.REVIEW_OVERRULE):
            raise NotPermittedError("Only whoever decided it, or an owner, can take it back.")
        if proposed(actor, review):
            raise OwnProposalError("You proposed this, or own the key that did.")
    if now() >= decision.decided_at + UNDO_WINDOW:
        minutes = UNDO_WINDOW.seconds // 60
        raise NotUndoableError(
            f"It was decided more than {minutes} minutes ago. Change the memory itself instead."
        )


def _record(
    actor: Actor,
    review: ReviewItem,
    decision: ReviewDecision,
    effect: DecisionEffect,
    *,
    reason: str,
    comment: str,
    batch_id: UUID | None,
) -> None:
    ReviewDecision.objects.create(
        review_id=review.id,
        outcome=DecisionOutcome.UNDONE,
        undoes_id=decision.id,
        batch_id=batch_id,
        reason=reason,
        comment=comment,
        content_digest=bytes.fromhex(effect.review["content_digest"]),
        decided_by_kind=actor.kind,
        decided_by_id=actor.id,
        decided_by_label=actor.label[:200],
    )


def _reopen(review: ReviewItem, effect: DecisionEffect) -> None:
    """The review, and those closed with it; those that the decision gave rise to are withdrawn."""
    was = effect.review
    review.status, review.closed_at = ReviewStatus.OPEN, None
    review.kind, review.first_kind = was["kind"], was["first_kind"]
    review.version, review.first_version = was["version"], was["first_version"]
    review.content_digest = bytes.fromhex(was["content_digest"])
    review.save(
        update_fields=[
            "status",
            "closed_at",
            "kind",
            "first_kind",
            "version",
            "first_version",
            "content_digest",
        ]
    )
    if effect.closed:
        closed = ReviewItem.objects.filter(id__in=effect.closed)
        closed.update(status=ReviewStatus.OPEN, closed_at=None)
        note(reviews_reopened=[str(one) for one in effect.closed])
    opened = ReviewItem.objects.filter(id__in=effect.opened, status=ReviewStatus.OPEN)
    if effect.opened and (ids := list(opened.values_list("id", flat=True))):
        opened.update(status=ReviewStatus.WITHDRAWN, closed_at=now())
        note(reviews_withdrawn=[str(one) for one in ids])


def _put_back(actor: Actor, before: Mapping[UUID, Before], memories: Mapping[UUID, Memory]) -> None:
    for memory_id, one in before.items():
        memory = memories[memory_id]
        if memory.supersedes_id in before:
            Memory.objects.filter(id=memory_id).update(supersedes_id=one.supersedes_id)
    for memory_id in _changed(before):
        put_back(actor=actor, memory=memories[memory_id], before=before[memory_id])


def _changed(before: Mapping[UUID, Before]) -> list[UUID]:
    return [memory_id for memory_id, one in before.items() if one.transition_id is not None]

"""Deciding many reviews alike: each by itself, refused or done, and all undone together."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from django.db import transaction

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import (
    DomainError,
    InvalidInputError,
    NotFoundError,
    SecondPersonError,
)
from memory.actions.decide import decide_review
from memory.actions.undo import undo_decision
from memory.models import DecisionOutcome, Memory, ReviewDecision, ReviewItem
from memory.reviews.batch import MOST_AT_ONCE, Batch, Verdict
from memory.reviews.decisions import IN_BULK, Decision
from memory.reviews.reasons import DecisionReason

NOTHING_SEEN: Mapping[UUID, bytes] = MappingProxyType({})


@audited("reviews.decided")
def decide_reviews(
    *,
    actor: Actor,
    reviews: Sequence[ReviewItem],
    decision: Decision,
    reason: str,
    comment: str = "",
    seen: Mapping[UUID, bytes] = NOTHING_SEEN,
) -> Batch:
    """One decision upon up to MOST_AT_ONCE reviews. What is refused stops no other.

    `seen` are the digests of what was looked at, by review. Raises InvalidInputError.
    """
    actor.require(Permission.REVIEW_DECIDE)
    _check(reviews, decision)
    batch = Batch()
    _lock_memories(reviews)
    for review in reviews:
        batch.verdicts.append(
            _decided(
                review,
                actor=actor,
                decision=decision,
                reason=reason,
                comment=comment,
                seen_digest=seen.get(review.id),
                batch_id=batch.id,
            )
        )
    note(decision=decision, **batch.notes)
    return batch


def preview_decisions(
    *,
    actor: Actor,
    reviews: Sequence[ReviewItem],
    decision: Decision,
    reason: str,
    seen: Mapping[UUID, bytes] = NOTHING_SEEN,
) -> Batch:
    """What `decide_reviews` would do, found out by doing it and rolling all of it back."""
    with transaction.atomic():
        batch = decide_reviews(
            actor=actor, reviews=reviews, decision=decision, reason=reason, seen=seen
        )
        transaction.set_rollback(True)
    return batch


@audited("reviews.undone")
def undo_decisions(
    *,
    actor: Actor,
    batch_id: UUID,
    reason: str = DecisionReason.RECONSIDERED,
    comment: str = "",
) -> Batch:
    """Takes back all that was decided at once, the last first. What is refused stops no other."""
    actor.require(Permission.REVIEW_DECIDE)
    decisions = ReviewDecision.objects.filter(batch_id=batch_id)
    made = decisions.exclude(outcome=DecisionOutcome.UNDONE).select_related("review__memory")
    latest_first = list(made.order_by("-decided_at", "-id"))
    if not latest_first:
        raise NotFoundError(batch_id, noun="batch of decisions")
    undone = Batch()
    _lock_memories([decision.review for decision in latest_first])
    for decision in latest_first:
        try:
            review = undo_decision(
                actor=actor,
                review=decision.review,
                reason=reason,
                comment=comment,
                decision_id=decision.id,
                batch_id=undone.id,
            )
        except DomainError as error:
            undone.verdicts.append(Verdict(decision.review, error))
        else:
            undone.verdicts.append(Verdict(review))
    note(batch_id=str(batch_id), **undone.notes)
    return undone


def _check(reviews: Sequence[ReviewItem], decision: Decision) -> None:
    if decision not in IN_BULK:
        raise InvalidInputError.on("decision", "one_by_one", "That is decided one by one.")
    if not 1 <= len(reviews) <= MOST_AT_ONCE:
        raise InvalidInputError.on(
            "reviews", "wrong_number", f"Choose 1 to {MOST_AT_ONCE} reviews at once."
        )
    if len({review.id for review in reviews}) < len(reviews):
        raise InvalidInputError.on("reviews", "named_twice", "One of them is named twice.")


def _lock_memories(reviews: Sequence[ReviewItem]) -> None:
    """In one order, so that two batches cannot wait for one another in a ring."""
    ids = {review.memory_id for review in reviews}
    memories = Memory.objects.filter(id__in=ids).order_by("id")
    list(memories.select_for_update(of=("self",)).values_list("id", flat=True))


def _decided(
    review: ReviewItem,
    *,
    actor: Actor,
    decision: Decision,
    reason: str,
    comment: str,
    seen_digest: bytes | None,
    batch_id: UUID,
) -> Verdict:
    try:
        if review.approvals_needed > 1:
            raise SecondPersonError
        decided = decide_review(
            actor=actor,
            review=review,
            decision=decision,
            reason=reason,
            comment=comment,
            seen_digest=seen_digest,
            batch_id=batch_id,
        )
    except DomainError as error:
        return Verdict(review, error)
    return Verdict(decided)

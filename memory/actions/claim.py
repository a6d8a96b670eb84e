from datetime import timedelta

from django.db.models import QuerySet

from audit.trail import Changes, audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import OwnProposalError, WrongStateError
from memory.access import visible_reviews
from memory.models import ReviewItem
from memory.reviews.approvals import approved_by
from memory.reviews.claims import (
    LEASE,
    claims_of,
    leased_until,
    lock_next,
    refuse_claimed_by_another,
)
from memory.reviews.locking import lock_open_review
from memory.reviews.proposer import proposed

# More is hoarding: what one person holds nobody else can decide.
MOST_HELD = 20
CLAIM_FIELDS = ["claimed_by_id", "claimed_by_label", "claimed_until"]


def claim_next(
    *, actor: Actor, among: QuerySet[ReviewItem] | None = None, lease: timedelta = LEASE
) -> ReviewItem | None:
    """The first in order that nobody holds and this person may decide, now theirs; None if none.

    `among` narrows it. No two people are given the same one. Raises WrongStateError.
    """
    claimed = _claim_first(actor=actor, among=among, lease=lease).changed
    return claimed[0] if claimed else None


@audited("review.claimed", savepoint=False)
def _claim_first(
    *, actor: Actor, among: QuerySet[ReviewItem] | None, lease: timedelta
) -> Changes[ReviewItem]:
    actor.require(Permission.REVIEW_DECIDE)
    _refuse_hoarding(actor)
    claimed: Changes[ReviewItem] = Changes()
    among = visible_reviews(actor) if among is None else among
    review = lock_next(actor, among, now())
    if review is not None:
        _take(review, actor=actor, lease=lease)
        claimed.add(review, _told(review))
    return claimed


@audited("review.claimed", savepoint=False)
def claim_review(*, actor: Actor, review: ReviewItem, lease: timedelta = LEASE) -> ReviewItem:
    """Takes one to decide, or renews its lease.

    Raises ClaimedByAnotherError, OwnProposalError, WrongStateError.
    """
    actor.require(Permission.REVIEW_DECIDE)
    review = lock_open_review(review)
    refuse_claimed_by_another(actor, review)
    if proposed(actor, review):
        raise OwnProposalError("You proposed this, or own the key that did: somebody else decides.")
    if actor.id in approved_by(review):
        raise WrongStateError("You have approved this already: another person has to.")
    if not review.is_claimed:
        _refuse_hoarding(actor)
    _take(review, actor=actor, lease=lease)
    note(**_told(review))
    return review


def keep_claim(*, actor: Actor, review: ReviewItem, lease: timedelta = LEASE) -> ReviewItem:
    """A heartbeat: the lease runs anew. No event, it says nothing that the claim's does not.

    Raises ClaimedByAnotherError, and WrongStateError for a lease that has run out.
    """
    actor.require(Permission.REVIEW_DECIDE)
    until = leased_until(lease)
    if not claims_of(actor, now()).filter(id=review.id).update(claimed_until=until):
        review = lock_open_review(review)
        refuse_claimed_by_another(actor, review)
        raise WrongStateError("You do not hold this any more: take it again.")
    review.claimed_until = until
    return review


@audited("review.released", savepoint=False)
def release_claim(*, actor: Actor, review: ReviewItem) -> ReviewItem:
    """Gives it back, for whoever comes next. Raises ClaimedByAnotherError, WrongStateError."""
    actor.require(Permission.REVIEW_DECIDE)
    review = lock_open_review(review)
    refuse_claimed_by_another(actor, review)
    if not review.is_claimed:
        raise WrongStateError("You do not hold this any more.")
    review.claimed_until = None
    review.save(update_fields=["claimed_until"])
    note(memory_id=str(review.memory_id))
    return review


def _take(review: ReviewItem, *, actor: Actor, lease: timedelta) -> None:
    review.claimed_by_id = actor.id
    review.claimed_by_label = actor.label[:200]
    review.claimed_until = leased_until(lease)
    review.save(update_fields=CLAIM_FIELDS)


def _refuse_hoarding(actor: Actor) -> None:
    if claims_of(actor, now()).count() >= MOST_HELD:
        raise WrongStateError(f"You hold {MOST_HELD} items: decide them or give them back first.")


def _told(review: ReviewItem) -> dict[str, object]:
    until = review.claimed_until
    return {"memory_id": str(review.memory_id), "until": until.isoformat() if until else None}

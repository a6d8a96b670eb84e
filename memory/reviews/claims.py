"""Who works on an item: a lease, which frees it by itself when nobody keeps it."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from console.accounts.actor import Actor
from console.platform.clock import now
from console.platform.errors import ClaimedByAnotherError
from memory.models import ReviewDecision, ReviewItem, ReviewSkip, ReviewStatus
from memory.reviews.approvals import APPROVING
from memory.reviews.order import ranked
from memory.reviews.proposer import proposals_of

LEASE = timedelta(minutes=5)
# So many of the first in order are looked at for one to take: the others are mostly taken.
FIRST_LOOK = 100


def held_by_another(actor: Actor, review: ReviewItem) -> bool:
    return review.is_claimed and review.claimed_by_id != actor.id


def refuse_claimed_by_another(actor: Actor, review: ReviewItem) -> None:
    """Raises ClaimedByAnotherError. The caller has locked the row."""
    if held_by_another(actor, review):
        raise ClaimedByAnotherError(
            f"{review.claimed_by_label} is deciding this. It is free again once they finish,"
            f" give it back, or leave it alone for {LEASE.seconds // 60} minutes."
        )


def claims_of(actor: Actor, at: datetime) -> QuerySet[ReviewItem]:
    """What the actor holds at that moment."""
    return ReviewItem.objects.filter(
        status=ReviewStatus.OPEN, claimed_by_id=actor.id, claimed_until__gt=at
    )


def lock_next(actor: Actor, among: QuerySet[ReviewItem], at: datetime) -> ReviewItem | None:
    """The first that this person may take, locked; what others are just taking is passed over."""
    waiting = _takeable(actor, among, at)
    first = list(ranked(waiting, at).values_list("id", flat=True)[:FIRST_LOOK])
    found = _lock_first(actor, among.filter(id__in=first), at)
    if found is None and len(first) == FIRST_LOOK:
        return _lock_first(actor, among, at)
    return found


def _lock_first(actor: Actor, among: QuerySet[ReviewItem], at: datetime) -> ReviewItem | None:
    decidable = _takeable(actor, among, at).filter(~proposals_of(actor), ~_approved_by(actor))
    return ranked(decidable, at).select_for_update(skip_locked=True, of=("self",)).first()


def _takeable(actor: Actor, among: QuerySet[ReviewItem], at: datetime) -> QuerySet[ReviewItem]:
    """Open, in nobody's hands, and not what this person passed on to others."""
    skipped = ReviewSkip.objects.filter(review_id=OuterRef("id"), skipped_by_id=actor.id)
    return among.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=at),
        ~Exists(skipped),
        status=ReviewStatus.OPEN,
    ).exclude(escalated_by_id=actor.id)


def _approved_by(actor: Actor) -> Exists:
    return Exists(
        ReviewDecision.objects.standing().filter(
            review_id=OuterRef("id"),
            decided_by_id=actor.id,
            outcome__in=APPROVING,
            content_digest=OuterRef("content_digest"),
        )
    )


def leased_until(lease: timedelta = LEASE) -> datetime:
    return now() + lease

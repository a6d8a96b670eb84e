"""Who works on an item: a lease, which frees it by itself when nobody keeps it."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from console.accounts.actor import Actor
from console.accounts.models import Agent, Subject
from console.platform.clock import now
from console.platform.errors import ClaimedByAnotherError
from console.tenancy.rows import select
from console.tenancy.scope import current_tenant_id
from memory.models import Memory, ReviewDecision, ReviewItem, ReviewSkip, ReviewStatus
from memory.reviews.approvals import APPROVING
from memory.reviews.order import ranked
from memory.reviews.proposer import PROPOSED, people_of, proposals_of

LEASE = timedelta(minutes=5)
# So many of the first in order are looked at for one to take: the others are mostly taken.
FIRST_LOOK = 100
# In the order of the ids. Whatever may have changed since they were ranked is asked again.
FIRST = f"""
FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS wanted (id, place)
JOIN memory_reviewitem r ON r.tenant_id = %(tenant)s AND r.id = wanted.id
JOIN memory_memory m ON m.tenant_id = r.tenant_id AND m.id = r.memory_id
LEFT JOIN accounts_agent g ON g.tenant_id = r.tenant_id AND g.id = r.agent_id
LEFT JOIN accounts_subject s ON s.tenant_id = r.tenant_id AND s.id = r.subject_id
WHERE r.status = 'open' AND (r.claimed_until IS NULL OR r.claimed_until <= %(at)s)
  AND NOT {PROPOSED}
  AND NOT EXISTS (
    SELECT FROM memory_reviewdecision d
    WHERE d.tenant_id = r.tenant_id AND d.review_id = r.id AND d.decided_by_id = %(actor)s
      AND d.outcome = ANY(%(approving)s) AND d.content_digest = r.content_digest
      AND NOT EXISTS (
        SELECT FROM memory_reviewdecision u WHERE u.tenant_id = d.tenant_id AND u.undoes_id = d.id)
  )
ORDER BY wanted.place LIMIT 1 FOR UPDATE OF r SKIP LOCKED
"""  # noqa: S608 - constants of ours


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
    """The first that this person may take, locked; what others are just taking is passed over.

    With its memory, agent and subject.
    """
    waiting = ranked(_takeable(actor, among, at), at)
    first = list(waiting.values_list("id", flat=True)[:FIRST_LOOK])
    found = _lock_first(actor, first, at)
    if found is None and len(first) == FIRST_LOOK:
        decidable = waiting.filter(~proposals_of(actor), ~_approved_by(actor))
        return _lock_first(actor, list(decidable.values_list("id", flat=True)), at)
    return found


def _lock_first(actor: Actor, ids: list[UUID], at: datetime) -> ReviewItem | None:
    known = {
        "tenant": current_tenant_id(),
        "ids": ids,
        "at": at,
        "actor": actor.id,
        "people": people_of(actor),
        "approving": sorted(APPROVING),
    }
    found = select({"r": ReviewItem, "m": Memory, "g": Agent, "s": Subject}, FIRST, known)
    if not found:
        return None
    [(review, memory, agent, subject)] = found
    review.memory = memory
    # To set None would take the tenant away as well.
    if agent is not None:
        review.agent = agent
    if subject is not None:
        review.subject = subject
    return cast("ReviewItem", review)


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

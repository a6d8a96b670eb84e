"""Who has approved what is reviewed already, where a policy asks for more than one person."""

from uuid import UUID

from console.accounts.actor import Actor
from memory.models import MemoryVersion, ReviewDecision, ReviewItem
from memory.reviews.decisions import APPROVALS, OUTCOME_OF
from memory.reviews.proposer import proposers

APPROVING = frozenset(OUTCOME_OF[decision] for decision in APPROVALS)


def standing_decisions(review: ReviewItem) -> list[ReviewDecision]:
    """Those not undone, the oldest first, without the undoing."""
    decisions = ReviewDecision.objects.standing().filter(review_id=review.id)
    return list(decisions.order_by("decided_at", "id"))


def approved_by(review: ReviewItem) -> set[UUID]:
    """Those whose last word is an approval of the text as it stands now.

    Not whoever came to answer for the agent or the key that proposed it since.
    """
    last = {decision.decided_by_id: decision for decision in standing_decisions(review)}
    people = {
        person
        for person, decision in last.items()
        if decision.outcome in APPROVING
        and bytes(decision.content_digest) == bytes(review.content_digest)
    }
    if not people:
        return people
    number = review.first_version or review.version
    return people - proposers(MemoryVersion.objects.get(memory_id=review.memory_id, number=number))


def waits_for_another(actor: Actor, review: ReviewItem) -> bool:
    """Whether others must approve as well, once this actor does."""
    if review.approvals_needed == 1:
        return False
    return len(approved_by(review) | {actor.id}) < review.approvals_needed

"""Who has approved what is reviewed already, where a policy asks for more than one person."""

from uuid import UUID

from console.accounts.actor import Actor
from memory.models import ReviewItem, ReviewStatus

APPROVING = [ReviewStatus.APPROVED, ReviewStatus.EDITED]


def approved_by(review: ReviewItem) -> set[UUID]:
    """Those whose approval is of the text as it stands now."""
    decisions = review.decisions.filter(outcome__in=APPROVING)
    return {
        decision.decided_by_id
        for decision in decisions
        if bytes(decision.content_digest) == bytes(review.content_digest)
    }


def waits_for_another(actor: Actor, review: ReviewItem) -> bool:
    """Whether others must approve as well, once this actor does."""
    return len(approved_by(review) | {actor.id}) < review.approvals_needed

"""Who has approved what is reviewed already, where a policy asks for more than one person."""

from uuid import UUID

from console.accounts.actor import Actor
from memory.models import ReviewDecision, ReviewItem
from memory.reviews.decisions import APPROVALS, OUTCOME_OF

APPROVING = frozenset(OUTCOME_OF[decision] for decision in APPROVALS)


def standing_decisions(review: ReviewItem) -> list[ReviewDecision]:
    """Those not undone, the oldest first, without the undoing."""
    every = list(review.decisions.order_by("decided_at", "id"))
    undone = {decision.undoes_id for decision in every}
    return [one for one in every if one.undoes_id is None and one.id not in undone]


def approved_by(review: ReviewItem) -> set[UUID]:
    """Those whose last word is an approval of the text as it stands now."""
    last = {decision.decided_by_id: decision for decision in standing_decisions(review)}
    return {
        person
        for person, decision in last.items()
        if decision.outcome in APPROVING
        and bytes(decision.content_digest) == bytes(review.content_digest)
    }


def waits_for_another(actor: Actor, review: ReviewItem) -> bool:
    """Whether others must approve as well, once this actor does."""
    return len(approved_by(review) | {actor.id}) < review.approvals_needed

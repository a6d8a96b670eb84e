"""What somebody decided last, so that it can be taken back with one key for as long as it can."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from console.accounts.actor import Actor
from console.platform.clock import now
from console.platform.ids import first_id_of
from memory.actions.undo import UNDO_WINDOW
from memory.models import DecisionOutcome, ReviewDecision, ReviewItem, ReviewKind

# Enough to find the latest that stands behind as many undone.
LATEST = 40
DONE = {
    DecisionOutcome.APPROVED: "Approved. Agents can recall it now.",
    DecisionOutcome.EDITED: "Approved with your text.",
    DecisionOutcome.REJECTED: "Rejected.",
    DecisionOutcome.EXPIRED: "Expired.",
    DecisionOutcome.DELETED: "Deleted.",
    DecisionOutcome.MERGED: "Merged.",
    DecisionOutcome.RESTORED: "The earlier version is back.",
    DecisionOutcome.QUARANTINED: "In quarantine. It waits on, and nobody recalls it.",
    DecisionOutcome.UNDONE: "Taken back.",
}
# What was in force was never held.
KEPT = "Kept. It stays in force."
RENEWAL_DONE = {
    DecisionOutcome.APPROVED: "Renewed. It lives as long again.",
    DecisionOutcome.REJECTED: "Let go. It ends when it was to end.",
}
ENDORSED = "Your approval counts. It takes effect once another person approves it too."


@dataclass(frozen=True, slots=True)
class LastDecision:
    """`count` were decided at once as `batch_id`. `until` is when it can no longer be undone."""

    review_id: UUID
    words: str
    until: datetime
    batch_id: UUID | None = None


def last_decision(actor: Actor) -> LastDecision | None:
    """The actor's latest that still stands and can be undone. One query, over the last minutes."""
    since = now() - UNDO_WINDOW
    lately = ReviewDecision.objects.filter(id__gt=first_id_of(since), decided_by_id=actor.id)
    undone: set[UUID | None] = set()
    for one in lately.select_related("review").order_by("-id")[:LATEST]:
        if one.undoes_id is not None:
            undone.add(one.undoes_id)
        elif one.id not in undone and one.decided_at > since:
            until = one.decided_at + UNDO_WINDOW
            return LastDecision(one.review_id, _words(one), until, one.batch_id)
    return None


def _words(decision: ReviewDecision) -> str:
    if decision.batch_id is not None:
        return "Decided together."
    return done(decision.review, DecisionOutcome(decision.outcome))


def done(review: ReviewItem, outcome: DecisionOutcome) -> str:
    """What came of it, in words."""
    if review.is_open and outcome is not DecisionOutcome.QUARANTINED:
        return ENDORSED
    if review.kind == ReviewKind.RENEWAL and outcome in RENEWAL_DONE:
        return RENEWAL_DONE[outcome]
    if review.is_about_in_force and outcome is DecisionOutcome.APPROVED:
        return KEPT
    return DONE[outcome]

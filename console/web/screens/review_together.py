"""Several items decided at once: what would become of each, and what did."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from console.accounts.actor import Actor
from console.platform.clock import now
from console.platform.errors import DomainError, NotFoundError
from console.web.forms.review import TogetherForm
from console.web.screens.review_queue import QueueRow, queue_rows
from memory.access import visible_reviews
from memory.actions import preview_decisions
from memory.actions.undo import UNDO_WINDOW
from memory.influence.quarantined import MOST_QUARANTINED
from memory.models import ReviewDecision, ReviewItem
from memory.reviews.batch import MOST_AT_ONCE


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of one: `refusal` is None where it would be decided."""

    row: QueueRow
    refusal: DomainError | None


@dataclass(frozen=True, slots=True)
class TogetherScreen:
    form: TogetherForm
    foreseen: list[Foreseen]
    cap: int = MOST_AT_ONCE

    @property
    def count(self) -> int:
        return sum(one.refusal is None for one in self.foreseen)


@dataclass(frozen=True, slots=True)
class BatchScreen:
    """`until` is when it can no longer be undone; None where it cannot, or was."""

    batch_id: UUID
    rows: list[QueueRow]
    first: ReviewDecision
    undone: int
    until: datetime | None


def together_screen(actor: Actor, reviews: list[ReviewItem], form: TogetherForm) -> TogetherScreen:
    """Found out by doing it and rolling it back."""
    batch = preview_decisions(
        actor=actor, reviews=reviews, decision=form.chosen, reason=form.likeliest
    )
    refusals = {one.review.id: one.refusal for one in batch.verdicts}
    rows = queue_rows(reviews)
    return TogetherScreen(form, [Foreseen(row, refusals[row.review.id]) for row in rows])


def batch_screen(actor: Actor, batch_id: UUID) -> BatchScreen:
    """Raises NotFoundError."""
    made = ReviewDecision.objects.filter(batch_id=batch_id, undoes_id__isnull=True)
    decisions = list(made.order_by("decided_at", "id")[:MOST_QUARANTINED])
    reviews = visible_reviews(actor).filter(id__in=[one.review_id for one in decisions])
    found = {review.id: review for review in reviews}
    if not found:
        raise NotFoundError(batch_id, noun="batch of decisions")
    undone = ReviewDecision.objects.filter(undoes_id__in=[one.id for one in decisions]).count()
    first = decisions[0]
    until = first.decided_at + UNDO_WINDOW
    can_undo = undone < len(decisions) and until > now() and first.decided_by_id == actor.id
    return BatchScreen(
        batch_id=batch_id,
        rows=queue_rows([found[one.review_id] for one in decisions]),
        first=first,
        undone=undone,
        until=until if can_undo else None,
    )

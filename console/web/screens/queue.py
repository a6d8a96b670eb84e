"""The queues side by side: how soon each wants its items decided, and how it does."""

from dataclasses import dataclass

from console.accounts.actor import Actor
from console.web.forms.queue import span_text
from memory.models import DigestSubscription, ReviewQueue
from memory.models.review_queue import SLA_FIELDS
from memory.reviews.queues import queues_named
from memory.reviews.sla import QueueCounts, queue_counts


@dataclass(frozen=True, slots=True)
class QueueRow:
    """`spans` from urgent to low."""

    queue: ReviewQueue
    counts: QueueCounts
    spans: list[str]


def queue_rows(actor: Actor) -> list[QueueRow]:
    counts = queue_counts(actor)
    queues = queues_named([one.name for one in counts])
    return [_row(queues[one.name], one) for one in counts]


def gets_digest(actor: Actor) -> bool:
    return DigestSubscription.objects.filter(user_id=actor.id).exists()


def _row(queue: ReviewQueue, counts: QueueCounts) -> QueueRow:
    spans = [span_text(getattr(queue, name)) for name in reversed(SLA_FIELDS)]
    return QueueRow(queue, counts, spans)

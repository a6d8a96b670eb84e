"""What ends a memory ends what waits about it: nobody should be asked about what is gone."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from audit.trail import note
from console.platform.clock import now
from memory.models import Memory, ReviewItem, ReviewStatus
from memory.reviews import journal


def close_all_reviews(memories: Sequence[Memory], *, status: ReviewStatus) -> dict[UUID, list[str]]:
    """The same of several memories, by two statements: the reviews closed, by memory."""
    waiting = ReviewItem.objects.filter(
        memory_id__in=[memory.id for memory in memories], status=ReviewStatus.OPEN
    )
    closed: dict[UUID, list[str]] = defaultdict(list)
    for memory_id, review_id in waiting.values_list("memory_id", "id"):
        closed[memory_id].append(str(review_id))
    if closed:
        waiting.update(status=status, closed_at=now())
    return closed


def close_reviews(memory: Memory, *, status: ReviewStatus) -> None:
    """Called inside an audited action, whose event then names the reviews closed."""
    waiting = ReviewItem.objects.filter(memory_id=memory.id, status=ReviewStatus.OPEN)
    closed = list(waiting.values_list("id", flat=True))
    if closed:
        journal.closing(closed)
        waiting.update(status=status, closed_at=now())
        note(reviews_closed=[str(review_id) for review_id in closed])

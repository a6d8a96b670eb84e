"""What ends a memory ends what waits about it: nobody should be asked about what is gone."""

from audit.trail import note
from console.platform.clock import now
from memory.models import Memory, ReviewItem, ReviewStatus


def close_reviews(memory: Memory, *, status: ReviewStatus) -> None:
    """Called inside an audited action, whose event then names the reviews closed."""
    waiting = ReviewItem.objects.filter(memory_id=memory.id, status=ReviewStatus.OPEN)
    closed = list(waiting.values_list("id", flat=True))
    if closed:
        waiting.update(status=status, closed_at=now())
        note(reviews_closed=[str(review_id) for review_id in closed])

from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.platform.clock import now
from memory.models import ReviewItem, ReviewStatus

BATCH = 500


@audited("review.breached", savepoint=False)
def note_breaches(*, actor: Actor) -> Changes[ReviewItem]:
    """Tells once of each item that its queue's time has passed, the longest overdue first."""
    at = now()
    overdue = ReviewItem.objects.filter(
        status=ReviewStatus.OPEN, breached_at__isnull=True, due_at__lte=at
    )
    # One that somebody is just deciding is told of next time, if it is still open then.
    batch = list(overdue.order_by("due_at").select_for_update(skip_locked=True)[:BATCH])
    ReviewItem.objects.filter(id__in=[one.id for one in batch]).update(breached_at=at)
    breached: Changes[ReviewItem] = Changes()
    for item in batch:
        late = {"queue": item.queue, "priority": item.priority, "due_at": item.due_at.isoformat()}
        breached.add(item, {"memory_id": str(item.memory_id), **late})
    return breached

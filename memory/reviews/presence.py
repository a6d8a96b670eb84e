"""Who else has an item on their screen: it saves two people the same work. It is no evidence."""

from datetime import timedelta

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from memory.models import ReviewItem, ReviewLook

# A page that says nothing for so long is closed.
LOOKS_LAST = timedelta(seconds=30)
# Older ones are deleted (`forget_looks`), so that the table stays as small as what it tells.
KEPT = timedelta(hours=1)


def look_at(actor: Actor, review: ReviewItem) -> None:
    """Told by the page while it is open, more often than LOOKS_LAST."""
    actor.require(Permission.REVIEW_READ)
    look = ReviewLook(review_id=review.id, looked_by_id=actor.id, looked_by_label=actor.label[:200])
    ReviewLook.objects.bulk_create(
        [look],
        update_conflicts=True,
        unique_fields=["tenant_id", "review_id", "looked_by_id"],
        update_fields=["looked_at", "looked_by_label"],
    )


def others_looking(actor: Actor, review: ReviewItem) -> list[str]:
    """Their names, for those who decide as well."""
    if not actor.may(Permission.REVIEW_DECIDE):
        return []
    looks = ReviewLook.objects.filter(review_id=review.id, looked_at__gt=now() - LOOKS_LAST)
    others = looks.exclude(looked_by_id=actor.id).order_by("looked_by_label")
    return list(others.values_list("looked_by_label", flat=True))


def forget_looks() -> None:
    ReviewLook.objects.filter(looked_at__lt=now() - KEPT).delete()

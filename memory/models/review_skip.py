from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel
from memory.models.review import ReviewItem


class ReviewSkip(ScopedModel):
    """Who left an item to others, and why: "next" brings it to them no more. Append-only."""

    review_id = models.UUIDField()
    review = models.ForeignObject(
        ReviewItem,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "review_id"),
        to_fields=("tenant_id", "id"),
        related_name="skips",
    )
    reason = models.CharField(max_length=60)
    comment = models.CharField(max_length=500, blank=True)
    skipped_at = models.DateTimeField(default=now, editable=False)
    skipped_by_kind = models.CharField(max_length=10)
    skipped_by_id = models.UUIDField()
    skipped_by_label = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "review_id", "skipped_by_id"], name="one_skip_of_a_person"
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "-id"], name="skip_newest")]

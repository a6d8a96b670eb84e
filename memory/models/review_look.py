from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel
from memory.models.review import ReviewItem


class ReviewLook(ScopedModel):
    """Who had an item on their screen last when. It says who looks on, and is no evidence."""

    review_id = models.UUIDField()
    review = models.ForeignObject(
        ReviewItem,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "review_id"),
        to_fields=("tenant_id", "id"),
        related_name="looks",
    )
    looked_by_id = models.UUIDField()
    looked_by_label = models.CharField(max_length=200)
    looked_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "review_id", "looked_by_id"], name="one_look_of_a_person"
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "looked_at"], name="look_oldest")]

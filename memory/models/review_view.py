from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel


class ReviewView(ScopedModel):
    """Filters of the review queue under a name: its owner's, or everybody's in the tenant."""

    name = models.CharField(max_length=60)
    filters = models.JSONField(default=dict)
    owner_id = models.UUIDField()
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "review_view"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "owner_id", "name"], name="review_view_name_of_owner"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="review_view_has_a_name"),
        ]

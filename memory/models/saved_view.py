from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel


class Listing(models.TextChoices):
    """A list that people name views of."""

    REVIEWS = "reviews"
    RUNS = "runs"
    AUDIT = "audit"


class SavedView(ScopedModel):
    """Filters of a list under a name: its owner's, or everybody's in the tenant."""

    listing = models.TextField(choices=Listing)
    name = models.CharField(max_length=60)
    filters = models.JSONField(default=dict)
    owner_id = models.UUIDField()
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "view"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "owner_id", "listing", "name"], name="view_name_of_owner"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="view_has_a_name"),
        ]

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel
from memory.models.subject_request import SubjectRequest

LIFETIME = timedelta(days=7)
MOST_DOWNLOADS = 5


class Handover(ScopedModel):
    """A link by which a person takes away the copy of what is held about them, for some days.

    Nothing is stored behind it: the copy is made while it is read. What stays of the link is its
    prefix and the SHA-256 of its secret.
    """

    request_id = models.UUIDField()
    request = models.ForeignObject(
        SubjectRequest,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "request_id"),
        to_fields=("tenant_id", "id"),
        related_name="handovers",
    )
    prefix = models.CharField(max_length=8)
    digest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(default=now, editable=False)
    made_by_kind = models.CharField(max_length=10)
    made_by_id = models.UUIDField()
    made_by_label = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    downloads = models.PositiveSmallIntegerField(default=0)
    first_taken_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "handover"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "prefix"], name="handover_prefix"),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "request_id", "-id"], name="handover_of_request")
        ]

    @property
    def is_open(self) -> bool:
        return self.expires_at > now() and self.downloads < MOST_DOWNLOADS

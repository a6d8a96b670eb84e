from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel
from memory.models.subject_request import SubjectRequest

LIFETIME = timedelta(hours=48)
MOST_ATTEMPTS = 3


class IdentityCode(ScopedModel):
    """A code by which a person shows that they read what is sent to the address on record.

    Kept as a keyed hash; it works once, until it expires, and not after three wrong attempts.
    """

    request_id = models.UUIDField()
    request = models.ForeignObject(
        SubjectRequest,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "request_id"),
        to_fields=("tenant_id", "id"),
        related_name="codes",
    )
    code_hash = models.BinaryField(max_length=32)
    by_mail = models.BooleanField()  # else shown once to who made it
    made_at = models.DateTimeField(default=now, editable=False)
    made_by_kind = models.CharField(max_length=10)
    made_by_id = models.UUIDField()
    made_by_label = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "identity_code"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(attempts__lte=MOST_ATTEMPTS), name="code_is_tried_three_times"
            ),
        ]
        indexes = [models.Index(fields=["tenant_id", "request_id", "-id"], name="code_of_request")]

    def works_at(self, moment: datetime) -> bool:
        return self.used_at is None and self.expires_at > moment and self.attempts < MOST_ATTEMPTS

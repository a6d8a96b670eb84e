from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel


class AccessReview(ScopedModel):
    """All that was granted in a tenant at one moment, for people to attest or revoke, line by line.

    It is closed by the answer to its last line, and there is one at a time.
    """

    started_at = models.DateTimeField(default=now, editable=False)
    started_by_id = models.UUIDField()
    started_by_label = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True)

    audit_kind = "access_review"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_access_review",
            )
        ]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

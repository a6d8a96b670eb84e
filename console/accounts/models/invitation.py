from datetime import timedelta

from django.db import models
from typing_extensions import override

from console.accounts.models.user import User
from console.accounts.permissions import Role
from console.platform.clock import now
from console.tenancy.models import ScopedModel

LIFETIME = timedelta(days=7)


class Invitation(ScopedModel):
    """A role that waits for somebody to open the link they were sent.

    The link is shown once. What stays of it is its prefix and the SHA-256 of its secret.
    """

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role)
    prefix = models.CharField(max_length=8)
    digest = models.BinaryField(max_length=32)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    # Accepted or withdrawn: it opens nothing any more.
    ended_at = models.DateTimeField(null=True)

    audit_kind = "invitation"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "prefix"], name="invitation_prefix"),
            models.UniqueConstraint(
                fields=["tenant_id", "email"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_invitation_per_address",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.email

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and self.expires_at > now()

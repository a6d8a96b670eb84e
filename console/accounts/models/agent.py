from django.db import models
from typing_extensions import override

from console.accounts.models.user import User
from console.platform.clock import now
from console.tenancy.models import ScopedModel


class Agent(ScopedModel):
    """A program that remembers. `trusted_at` says since when its ordinary writes need no review."""

    name = models.CharField(max_length=200)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    trusted_at = models.DateTimeField(null=True)
    trusted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    audit_kind = "agent"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="agent_name_in_tenant")
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def is_trusted(self) -> bool:
        return self.trusted_at is not None

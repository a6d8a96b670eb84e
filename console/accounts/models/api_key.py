from django.contrib.postgres.fields import ArrayField
from django.db import models
from typing_extensions import override

from console.accounts.models.agent import Agent
from console.accounts.models.user import User
from console.platform.clock import now
from console.tenancy.models import ScopedModel


class ApiKey(ScopedModel):
    """A key to the machine doors: an agent's, with scopes, or a person's, with their role.

    The key itself is shown once. What stays is its prefix, to name it by, and its SHA-256.
    """

    label = models.CharField(max_length=200)
    prefix = models.CharField(max_length=8)
    digest = models.BinaryField(max_length=32)
    agent_id = models.UUIDField(null=True)
    agent = models.ForeignObject(
        Agent,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "agent_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
        null=True,
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "prefix"], name="api_key_prefix"),
            models.CheckConstraint(
                condition=models.Q(agent_id__isnull=True) ^ models.Q(user__isnull=True),
                name="api_key_is_an_agents_or_a_persons",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.label} ({self.prefix}…)"

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()

    @property
    def is_usable(self) -> bool:
        return not self.is_revoked and not self.is_expired

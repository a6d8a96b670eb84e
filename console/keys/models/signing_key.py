from uuid import UUID

from django.db import models
from typing_extensions import override

from console.accounts.key_text import SIGNING_SCHEME, key_id
from console.accounts.models import Agent, User
from console.keys.models.data_key import DataKey
from console.platform.clock import now
from console.tenancy.models import ScopedModel


class SigningKey(ScopedModel):
    """What one agent signs its writes with. Shown once, when it is made.

    It is kept wrapped, for whoever verifies an HMAC needs the key itself. A retired one has a
    successor and verifies until `expires_at`. An expired or revoked one is refused from then on,
    and still proves what it signed before.
    """

    agent_id = models.UUIDField()
    agent = models.ForeignObject(
        Agent,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "agent_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    prefix = models.CharField(max_length=8)
    wrapped = models.BinaryField()
    wrapped_by_id = models.UUIDField()
    wrapped_by = models.ForeignObject(
        DataKey,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "wrapped_by_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    audit_kind = "signing_key"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "prefix"], name="signing_key_prefix")
        ]

    @override
    def __str__(self) -> str:
        return self.key_id

    @property
    def key_id(self) -> str:
        return key_id(SIGNING_SCHEME, self.tenant_id, self.prefix)

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()

    @property
    def is_usable(self) -> bool:
        return not self.is_revoked and not self.is_expired

    @property
    def associated(self) -> bytes:
        return signing_associated_data(self.tenant_id, self.id, self.agent_id, self.prefix)


def signing_associated_data(tenant_id: UUID, id_: UUID, agent_id: UUID, prefix: str) -> bytes:
    """What the wrapping is bound to: no key verifies as another agent's."""
    return f"signing|{tenant_id}|{id_}|{agent_id}|{prefix}".encode()

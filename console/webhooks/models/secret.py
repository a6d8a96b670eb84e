from uuid import UUID

from django.db import models

from console.keys.models import DataKey
from console.platform.clock import now
from console.tenancy.models import ScopedModel
from console.webhooks.models.endpoint import WebhookEndpoint


class WebhookSecret(ScopedModel):
    """What messages to one endpoint are signed with, kept wrapped. Shown once, when it is made.

    One that has a successor signs beside it until `expires_at`.
    """

    endpoint_id = models.UUIDField()
    endpoint = models.ForeignObject(
        WebhookEndpoint,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "endpoint_id"),
        to_fields=("tenant_id", "id"),
        related_name="secrets",
    )
    wrapped = models.BinaryField()
    wrapped_by_id = models.UUIDField()
    wrapped_by = models.ForeignObject(
        DataKey,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "wrapped_by_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(null=True)

    audit_kind = "webhook_secret"

    @property
    def associated(self) -> bytes:
        return secret_associated_data(self.tenant_id, self.id, self.endpoint_id)


def secret_associated_data(tenant_id: UUID, secret_id: UUID, endpoint_id: UUID) -> bytes:
    """What the wrapping is bound to: no secret signs for another endpoint."""
    return f"webhook|{tenant_id}|{secret_id}|{endpoint_id}".encode()

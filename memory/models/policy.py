from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel

SHIPPED = 0


class PolicyVersion(ScopedModel):
    """A policy as somebody saved it. Append-only: a change is another version.

    `body` is what `memory.policies.parse.parse_policy` reads.
    """

    number = models.PositiveIntegerField()
    body = models.JSONField()
    comment = models.CharField(max_length=500, blank=True)
    created_by_kind = models.CharField(max_length=10)
    created_by_id = models.UUIDField()
    created_by_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=now, editable=False)

    audit_kind = "policy"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "number"], name="policy_number_in_tenant")
        ]


class PolicyActivation(ScopedModel):
    """Who switched on which version, and when. The newest one is in force. Append-only.

    Without a version it is the policy that ships, whose number is SHIPPED.
    """

    version_id = models.UUIDField(null=True)
    version = models.ForeignObject(
        PolicyVersion,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "version_id"),
        to_fields=("tenant_id", "id"),
        related_name="activations",
        null=True,
    )
    number = models.PositiveIntegerField()
    comment = models.CharField(max_length=500, blank=True)
    activated_by_kind = models.CharField(max_length=10)
    activated_by_id = models.UUIDField()
    activated_by_label = models.CharField(max_length=200)
    activated_at = models.DateTimeField(default=now, editable=False)

    audit_kind = "policy"

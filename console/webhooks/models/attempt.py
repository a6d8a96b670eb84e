from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel
from console.webhooks.models.delivery import WebhookDelivery

MAX_EXCERPT = 1000


class WebhookAttempt(ScopedModel):
    """One try to deliver: what was answered, or what went wrong. The excerpt is a stranger's."""

    delivery_id = models.UUIDField()
    delivery = models.ForeignObject(
        WebhookDelivery,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "delivery_id"),
        to_fields=("tenant_id", "id"),
        related_name="tries",
    )
    at = models.DateTimeField(default=now, editable=False)
    milliseconds = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=40, blank=True)
    excerpt = models.CharField(max_length=MAX_EXCERPT, blank=True)
    succeeded = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "delivery_id", "at"], name="attempt_delivery")]

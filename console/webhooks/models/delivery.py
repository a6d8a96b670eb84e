from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel
from console.webhooks.models.endpoint import WebhookEndpoint
from console.webhooks.models.event import OutgoingEvent


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class WebhookDelivery(ScopedModel):
    """One event on its way to one endpoint. Due while `next_attempt_at` lies in the past.

    Whoever sends it moves that on first, so that it comes round again if the sender dies. Without
    it the delivery is over: delivered, or given up.
    """

    endpoint_id = models.UUIDField()
    endpoint = models.ForeignObject(
        WebhookEndpoint,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "endpoint_id"),
        to_fields=("tenant_id", "id"),
        related_name="deliveries",
    )
    event_id = models.UUIDField()
    event = models.ForeignObject(
        OutgoingEvent,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "event_id"),
        to_fields=("tenant_id", "id"),
        related_name="deliveries",
    )
    created_at = models.DateTimeField(default=now, editable=False)
    # Attempts since it was last asked for; the whole history is in WebhookAttempt.
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, default=now)
    delivered_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=40, blank=True)

    audit_kind = "webhook_delivery"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "event_id", "endpoint_id"], name="one_delivery_per_endpoint"
            )
        ]
        indexes = [
            models.Index(fields=["tenant_id", "endpoint_id", "-id"], name="delivery_newest"),
            models.Index(
                fields=["tenant_id", "endpoint_id", "next_attempt_at"],
                condition=models.Q(next_attempt_at__isnull=False),
                name="delivery_due",
            ),
            models.Index(
                fields=["tenant_id", "endpoint_id", "created_at"],
                condition=models.Q(next_attempt_at__isnull=True, delivered_at__isnull=True),
                name="delivery_failed",
            ),
        ]

    @property
    def state(self) -> DeliveryState:
        if self.next_attempt_at is not None:
            return DeliveryState.WAITING
        return DeliveryState.DELIVERED if self.delivered_at else DeliveryState.FAILED


IN_STATE = {
    DeliveryState.WAITING: models.Q(next_attempt_at__isnull=False),
    DeliveryState.DELIVERED: models.Q(next_attempt_at__isnull=True, delivered_at__isnull=False),
    DeliveryState.FAILED: models.Q(next_attempt_at__isnull=True, delivered_at__isnull=True),
}

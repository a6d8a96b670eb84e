from console.webhooks.models.attempt import WebhookAttempt
from console.webhooks.models.delivery import DeliveryState, WebhookDelivery
from console.webhooks.models.endpoint import DisabledWhy, WebhookEndpoint
from console.webhooks.models.event import OutgoingEvent
from console.webhooks.models.secret import WebhookSecret

__all__ = [
    "DeliveryState",
    "DisabledWhy",
    "OutgoingEvent",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookSecret",
]

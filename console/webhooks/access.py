"""The only way to one webhook, and to one delivery of it."""

from uuid import UUID

from django.db.models import QuerySet

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError
from console.webhooks.models import WebhookDelivery, WebhookEndpoint


def visible_webhooks(actor: Actor) -> QuerySet[WebhookEndpoint]:
    endpoints = WebhookEndpoint.objects.select_related("agent", "created_by")
    return endpoints if actor.may(Permission.SETTINGS_READ) else endpoints.none()


def webhook_for(
    actor: Actor, webhook_id: UUID, *, need: Permission = Permission.SETTINGS_READ
) -> WebhookEndpoint:
    endpoint = visible_webhooks(actor).filter(id=webhook_id).first()
    if endpoint is None:
        raise NotFoundError(webhook_id, noun="webhook")
    if not actor.may(need):
        raise NotFoundError(webhook_id, noun="webhook")
    return endpoint


def deliveries_of(endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    deliveries = WebhookDelivery.objects.filter(endpoint_id=endpoint.id)
    return deliveries.select_related("event")


def delivery_for(endpoint: WebhookEndpoint, delivery_id: UUID) -> WebhookDelivery:
    delivery = deliveries_of(endpoint).filter(id=delivery_id).first()
    if delivery is None:
        raise NotFoundError(delivery_id, noun="delivery")
    return delivery

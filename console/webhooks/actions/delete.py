from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.webhooks.models import WebhookDelivery, WebhookEndpoint


@audited("webhook.deleted")
def delete_webhook(*, actor: Actor, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """With its secrets and its log. The events themselves stay, for agents that poll."""
    actor.require(Permission.SETTINGS_MANAGE)
    note(deliveries=WebhookDelivery.objects.filter(endpoint_id=endpoint.id).count())
    WebhookEndpoint.objects.filter(id=endpoint.id).delete()
    return endpoint

from collections.abc import Collection

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.models import Agent
from console.accounts.permissions import Permission
from console.webhooks.actions.create import fit_kinds, fit_url
from console.webhooks.models import WebhookEndpoint


@audited("webhook.edited")
def edit_webhook(
    *,
    actor: Actor,
    endpoint: WebhookEndpoint,
    url: str,
    kinds: Collection[str],
    description: str,
    agent: Agent | None,
) -> WebhookEndpoint:
    """What waits already goes to the new address; which events are sent changes from now on."""
    actor.require(Permission.SETTINGS_MANAGE)
    note(url_changed=url != endpoint.url)
    endpoint.url = fit_url(url)
    endpoint.kinds = fit_kinds(kinds)
    endpoint.description = description
    endpoint.agent_id = agent.id if agent else None
    endpoint.save(update_fields=["url", "kinds", "description", "agent_id"])
    note(kinds=endpoint.kinds, agent_id=str(agent.id) if agent else None)
    return endpoint

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import WrongStateError
from console.webhooks.models import DisabledWhy, WebhookEndpoint
from console.webhooks.outbox import wake_on_commit


@audited("webhook.disabled")
def disable_webhook(
    *, actor: Actor, endpoint: WebhookEndpoint, why: DisabledWhy
) -> WebhookEndpoint:
    """The sender gives up on an address. What waits there stays, for when somebody resumes it."""
    note(why=why)
    return _disabled(endpoint, why)


@audited("webhook.paused")
def pause_webhook(*, actor: Actor, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Events are collected, and sent when it is resumed."""
    actor.require(Permission.SETTINGS_MANAGE)
    return _disabled(endpoint, DisabledWhy.PAUSED)


@audited("webhook.resumed")
def resume_webhook(*, actor: Actor, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """What waits is sent at once."""
    actor.require(Permission.SETTINGS_MANAGE)
    endpoint = _locked(endpoint)
    if endpoint.is_enabled:
        raise WrongStateError("The webhook is not paused.")
    note(was=endpoint.disabled_why)
    endpoint.disabled_at, endpoint.disabled_why = None, ""
    endpoint.save(update_fields=["disabled_at", "disabled_why"])
    wake_on_commit()
    return endpoint


def _disabled(endpoint: WebhookEndpoint, why: DisabledWhy) -> WebhookEndpoint:
    endpoint = _locked(endpoint)
    if not endpoint.is_enabled:
        raise WrongStateError("The webhook is paused or disabled already.")
    endpoint.disabled_at, endpoint.disabled_why = now(), why
    endpoint.save(update_fields=["disabled_at", "disabled_why"])
    return endpoint


def _locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update(of=("self",)).get(id=endpoint.id)

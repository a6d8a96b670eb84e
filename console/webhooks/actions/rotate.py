from datetime import timedelta

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError
from console.webhooks.actions.create import IssuedWebhook, issue_secret
from console.webhooks.models import WebhookEndpoint, WebhookSecret

OVERLAP = timedelta(days=1)
MAX_OVERLAP = timedelta(days=7)
# Each signs each message: the header must stay one that everybody takes.
MOST_AT_ONCE = 3


@audited("webhook.secret_rotated")
def rotate_webhook_secret(
    *, actor: Actor, endpoint: WebhookEndpoint, overlap: timedelta = OVERLAP
) -> IssuedWebhook:
    """A new secret; messages are signed with the one before as well, for `overlap` more."""
    actor.require(Permission.SETTINGS_MANAGE)
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        raise InvalidInputError.on(
            "overlap", "out_of_range", f"Overlap by at most {MAX_OVERLAP.days} days."
        )
    moment = now()
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).get(id=endpoint.id)
    secrets = WebhookSecret.objects.filter(endpoint_id=endpoint.id)
    secrets.filter(expires_at__lte=moment).delete()
    # Without an overlap all that came before ends: somebody else may know it.
    ending = secrets if overlap == timedelta(0) else secrets.filter(expires_at__isnull=True)
    ending.update(expires_at=moment + overlap)
    secrets.filter(expires_at__lte=moment).delete()
    if secrets.count() >= MOST_AT_ONCE:
        raise WrongStateError("Earlier secrets still count: wait until they end, or end them now.")
    note(overlap_seconds=int(overlap.total_seconds()))
    return issue_secret(endpoint)

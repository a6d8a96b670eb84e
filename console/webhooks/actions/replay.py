from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError
from console.webhooks.kinds import EventKind
from console.webhooks.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from console.webhooks.outbox import wake_on_commit

MOST_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Replayed:
    endpoint: WebhookEndpoint
    count: int

    audit_kind = "webhook"

    @property
    def id(self) -> UUID:
        return self.endpoint.id


@audited("webhook.replayed")
def replay_deliveries(
    *, actor: Actor, endpoint: WebhookEndpoint, deliveries: QuerySet[WebhookDelivery]
) -> Replayed:
    """Sends those of the endpoint's deliveries again, with all their retries.

    The message id stays, so that a receiver who has it already knows. Raises WrongStateError and
    InvalidInputError.
    """
    actor.require(Permission.SETTINGS_MANAGE)
    if not endpoint.is_enabled:
        raise WrongStateError("The webhook is paused or disabled: resume it first.")
    ids = list(
        deliveries.filter(endpoint_id=endpoint.id)
        .order_by("id")
        .values_list("id", flat=True)[: MOST_AT_ONCE + 1]
    )
    if len(ids) > MOST_AT_ONCE:
        raise InvalidInputError(f"Send at most {MOST_AT_ONCE} again at once: choose less time.")
    if not ids:
        raise WrongStateError("There is nothing to send again.")
    WebhookDelivery.objects.filter(id__in=ids).update(
        next_attempt_at=now(), delivered_at=None, attempts=0
    )
    note(deliveries=len(ids), first=str(ids[0]), last=str(ids[-1]))
    wake_on_commit()
    return Replayed(endpoint, len(ids))


@audited("webhook.tested")
def send_test(*, actor: Actor, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """A message of the kind `webhook.test`, sent as any other is."""
    actor.require(Permission.SETTINGS_MANAGE)
    if not endpoint.is_enabled:
        raise WrongStateError("The webhook is paused or disabled: resume it first.")
    event = OutgoingEvent.objects.create(kind=EventKind.TEST, data={"webhook_id": str(endpoint.id)})
    note(webhook_id=str(endpoint.id))
    wake_on_commit()
    return WebhookDelivery.objects.create(
        endpoint_id=endpoint.id, event_id=event.id, created_at=event.at, next_attempt_at=event.at
    )

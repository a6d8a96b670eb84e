"""What the pages of webhooks show beside the rows themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery

from console.webhooks.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from console.webhooks.models.delivery import IN_STATE

MOST_ATTEMPTS = 100
# What went wrong where nothing was answered, by the codes of `console.platform.outbound`.
MEANINGS = {
    "address_refused": "Its address is not one we send to: it leads into a private network.",
    "name_not_found": "Its name leads to no address.",
    "no_connection": "Nobody takes connections there.",
    "tls": "Its certificate is not vouched for, or not for this name.",
    "timeout": "It did not answer within ten seconds.",
    "broken_answer": "It hung up, or answered something that is not HTTP.",
}


@dataclass(frozen=True, slots=True)
class WebhookRow:
    endpoint: WebhookEndpoint
    waiting: int
    failed: int
    newest: WebhookDelivery | None


@dataclass(frozen=True, slots=True)
class Attempt:
    row: WebhookAttempt
    meaning: str


def rows_of(endpoints: Sequence[WebhookEndpoint]) -> list[WebhookRow]:
    """Two statements, whatever their number."""
    ids = [endpoint.id for endpoint in endpoints]
    over = IN_STATE[DeliveryState.WAITING] | IN_STATE[DeliveryState.FAILED]
    counted = (
        WebhookDelivery.objects.filter(over, endpoint_id__in=ids)
        .values("endpoint_id")
        .annotate(
            waiting=Count("id", filter=IN_STATE[DeliveryState.WAITING]),
            failed=Count("id", filter=IN_STATE[DeliveryState.FAILED]),
        )
        .values_list("endpoint_id", "waiting", "failed")
    )
    counts = {endpoint_id: (waiting, failed) for endpoint_id, waiting, failed in counted}
    newest = _newest(ids)
    return [
        WebhookRow(endpoint, *counts.get(endpoint.id, (0, 0)), newest.get(endpoint.id))
        for endpoint in endpoints
    ]


def _newest(endpoint_ids: Sequence[UUID]) -> dict[UUID, WebhookDelivery]:
    of_each = WebhookDelivery.objects.filter(endpoint_id=OuterRef("id")).order_by("-id")
    ids = (
        WebhookEndpoint.objects.filter(id__in=endpoint_ids)
        .annotate(newest=Subquery(of_each.values("id")[:1]))
        .values("newest")
    )
    found = WebhookDelivery.objects.filter(id__in=ids)
    return {delivery.endpoint_id: delivery for delivery in found}


def attempts_of(delivery: WebhookDelivery) -> list[Attempt]:
    """The newest first."""
    tries = WebhookAttempt.objects.filter(delivery_id=delivery.id).order_by("-at")
    return [Attempt(row, MEANINGS.get(row.error, "")) for row in tries[:MOST_ATTEMPTS]]

"""The delivery log of a webhook over the API, and sending again from it."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.queries import NoQuery
from console.api.v1.webhook_shapes import (
    DeliveryAnswer,
    DeliveryDetail,
    DeliveryQuery,
    NothingBody,
    ReplayAnswer,
    ReplayBody,
    shown_delivery,
    shown_with_attempts,
)
from console.api.v1.webhooks import MANAGE, READ, TAGS
from console.webhooks.access import deliveries_of, delivery_for, webhook_for
from console.webhooks.actions import replay_deliveries, send_test
from console.webhooks.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from console.webhooks.models.delivery import IN_STATE

MOST_ATTEMPTS = 100


class OfOneWebhook(TenantView):
    def webhook(self, webhook_id: str, *, need: Permission = READ) -> WebhookEndpoint:
        return webhook_for(self.actor, identifier(webhook_id, noun="webhook"), need=need)


class DeliveriesView(OfOneWebhook):
    needs = {"GET": READ}

    @extend_schema(
        operation_id="webhook_deliveries_list",
        summary="List what was sent to a webhook",
        description="Newest first, of the last 30 days.",
        tags=TAGS,
        parameters=[DeliveryQuery],
        responses={200: page_shape(DeliveryAnswer), **problems(404)},
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        asked = checked(DeliveryQuery, request.query_params)
        deliveries = deliveries_of(self.webhook(webhook_id))
        if "state" in asked:
            deliveries = deliveries.filter(IN_STATE[DeliveryState(asked["state"])])
        if "kind" in asked:
            deliveries = deliveries.filter(event__kind=asked["kind"])
        page = page_of(deliveries, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        results = [shown_delivery(delivery) for delivery in page.rows]
        return Response({"results": results, "next_cursor": page.next_cursor})


class DeliveryView(OfOneWebhook):
    needs = {"GET": READ}

    @extend_schema(
        operation_id="webhook_deliveries_read",
        summary="Read a delivery with its attempts",
        tags=TAGS,
        responses={200: DeliveryDetail, **problems(404)},
    )
    def get(self, request: Request, webhook_id: str, delivery_id: str) -> Response:
        checked(NoQuery, request.query_params)
        named = identifier(delivery_id, noun="delivery")
        delivery = delivery_for(self.webhook(webhook_id), named)
        tries = WebhookAttempt.objects.filter(delivery_id=delivery.id).order_by("-at")
        return Response(shown_with_attempts(delivery, list(tries[:MOST_ATTEMPTS])))


class WebhookTestView(OfOneWebhook):
    needs = {"POST": MANAGE}

    @extend_schema(
        operation_id="webhooks_test",
        summary="Send a test",
        description="A message of the type webhook.test, sent as any other is.",
        tags=TAGS,
        request=NothingBody,
        responses={202: DeliveryAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, webhook_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        checked(NothingBody, request.data)
        endpoint = self.webhook(webhook_id, need=MANAGE)
        delivery = send_test(actor=self.actor, endpoint=endpoint)
        return Answer(shown_delivery(delivery_for(endpoint, delivery.id)), 202)


class WebhookReplayView(OfOneWebhook):
    needs = {"POST": MANAGE}

    @extend_schema(
        operation_id="webhooks_replay",
        summary="Send again",
        description="Under the ids the messages had, with all their retries anew.",
        tags=TAGS,
        request=ReplayBody,
        responses={202: ReplayAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, webhook_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(ReplayBody, request.data)
        endpoint = self.webhook(webhook_id, need=MANAGE)
        chosen = _chosen(deliveries_of(endpoint), asked)
        replayed = replay_deliveries(actor=self.actor, endpoint=endpoint, deliveries=chosen)
        return Answer({"deliveries": replayed.count}, 202)


def _chosen(
    deliveries: QuerySet[WebhookDelivery], asked: dict[str, Any]
) -> QuerySet[WebhookDelivery]:
    if "deliveries" in asked:
        return deliveries.filter(id__in=asked["deliveries"])
    failed = IN_STATE[DeliveryState.FAILED]
    deliveries = deliveries.filter(failed, created_at__gte=asked["failed_since"])
    if "failed_until" in asked:
        deliveries = deliveries.filter(created_at__lt=asked["failed_until"])
    return deliveries

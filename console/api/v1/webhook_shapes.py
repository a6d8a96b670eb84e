"""Webhooks and their deliveries, as the API takes and answers them."""

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from console.api.fields import (
    IdentifierField,
    InstantField,
    OneOfField,
    ShortListField,
    TextField,
    WholeNumberField,
)
from console.api.serializers import StrictSerializer, refuse
from console.api.v1.answers import Shape, as_json
from console.api.v1.queries import PageQuery
from console.platform.outbound import MAX_URL
from console.webhooks.actions.rotate import MAX_OVERLAP, OVERLAP
from console.webhooks.kinds import CHOOSABLE, EventKind
from console.webhooks.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from console.webhooks.models.endpoint import MAX_DESCRIPTION

MOST_NAMED = 100


class KindsField(ShortListField):
    child = OneOfField(choices=[kind.value for kind in CHOOSABLE])


class FlagField(serializers.BooleanField):
    """True or false, and nothing that merely looks like it."""

    @override
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("Send true or false.", code="invalid")
        return data


class WebhookBody(StrictSerializer):
    url = TextField(max_length=MAX_URL, help_text="Begins with https://.")
    kinds = KindsField(
        required=False,
        min_length=1,
        max_length=len(CHOOSABLE),
        help_text="What it is sent; only review.decided where left out.",
    )
    agent = IdentifierField(
        required=False, allow_null=True, help_text="Only about what this agent wrote."
    )
    description = TextField(required=False, allow_blank=True, max_length=MAX_DESCRIPTION)


class WebhookChange(StrictSerializer):
    """What is left out stays."""

    url = TextField(required=False, max_length=MAX_URL)
    kinds = KindsField(required=False, min_length=1, max_length=len(CHOOSABLE))
    agent = IdentifierField(required=False, allow_null=True)
    description = TextField(required=False, allow_blank=True, max_length=MAX_DESCRIPTION)
    enabled = FlagField(
        required=False, help_text="false pauses it: events are collected until it is true again."
    )

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise refuse("url", "required", "Send at least one field to change.")
        return attrs


class SecretBody(StrictSerializer):
    overlap = WholeNumberField(
        required=False,
        default=int(OVERLAP.total_seconds()),
        min_value=0,
        max_value=int(MAX_OVERLAP.total_seconds()),
        help_text="Seconds for which messages are signed with the old secret as well.",
    )


class NothingBody(StrictSerializer):
    """An empty object, or no body."""


class ReplayBody(StrictSerializer):
    """Either the deliveries by id, or all that failed in a time."""

    deliveries = ShortListField(
        required=False, child=IdentifierField(), min_length=1, max_length=MOST_NAMED
    )
    failed_since = InstantField(required=False, help_text="What failed of events since then.")
    failed_until = InstantField(required=False)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("deliveries" in attrs) == ("failed_since" in attrs):
            raise refuse("deliveries", "one_scope", "Send either deliveries or failed_since.")
        if "deliveries" in attrs and "failed_until" in attrs:
            raise refuse("failed_until", "one_scope", "It belongs to failed_since.")
        return attrs


class DeliveryQuery(PageQuery):
    state = OneOfField(required=False, choices=DeliveryState.choices)
    kind = OneOfField(required=False, choices=EventKind.choices)


class WebhookAnswer(Shape):
    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    agent = serializers.UUIDField(allow_null=True)
    enabled = serializers.BooleanField()
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_why = serializers.ChoiceField(
        choices=["paused", "gone", "failing"], allow_null=True, help_text="gone: it answered 410."
    )
    created_at = serializers.DateTimeField()


class WebhookWithSecret(WebhookAnswer):
    secret = serializers.CharField(
        allow_null=True,
        help_text="`whsec_…`, told once: null where the same request is repeated.",
    )


class WebhooksAnswer(Shape):
    results = WebhookAnswer(many=True)


class DeliveryAnswer(Shape):
    id = serializers.UUIDField()
    message_id = serializers.CharField(help_text="The webhook-id it is sent under.")
    type = serializers.ChoiceField(choices=EventKind.choices)
    state = serializers.ChoiceField(choices=DeliveryState.choices)
    attempts = serializers.IntegerField(help_text="Since it was last asked for.")
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True)
    last_error = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class AttemptAnswer(Shape):
    at = serializers.DateTimeField()
    succeeded = serializers.BooleanField()
    status = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_null=True, help_text="Where nothing was answered, why.")
    milliseconds = serializers.IntegerField()
    excerpt = serializers.CharField(
        allow_blank=True, help_text="How the answer begins. A stranger's words."
    )


class DeliveryDetail(DeliveryAnswer):
    data = serializers.DictField()  # type: ignore[assignment]
    tries = AttemptAnswer(many=True, help_text="The newest first.")


class ReplayAnswer(Shape):
    deliveries = serializers.IntegerField(help_text="How many are on their way again.")


def shown_webhook(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return as_json(WebhookAnswer, _webhook(endpoint))


def _webhook(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "description": endpoint.description,
        "kinds": endpoint.kinds,
        "agent": endpoint.agent_id,
        "enabled": endpoint.is_enabled,
        "disabled_at": endpoint.disabled_at,
        "disabled_why": endpoint.disabled_why or None,
        "created_at": endpoint.created_at,
    }


def shown_delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    return as_json(DeliveryAnswer, _delivery(delivery))


def shown_with_attempts(delivery: WebhookDelivery, tries: list[WebhookAttempt]) -> dict[str, Any]:
    shown = [
        {
            "at": one.at,
            "succeeded": one.succeeded,
            "status": one.status,
            "error": one.error or None,
            "milliseconds": one.milliseconds,
            "excerpt": one.excerpt,
        }
        for one in tries
    ]
    detail = {**_delivery(delivery), "data": delivery.event.data, "tries": shown}
    return as_json(DeliveryDetail, detail)


def _delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "message_id": delivery.event.message_id,
        "type": delivery.event.kind,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_attempt_at": delivery.next_attempt_at,
        "delivered_at": delivery.delivered_at,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error or None,
        "created_at": delivery.created_at,
    }

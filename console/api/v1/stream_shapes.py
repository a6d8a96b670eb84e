"""Streams of the audit log and what is anchored, as the API takes and answers them."""

from base64 import b64encode
from typing import Any

from rest_framework import serializers
from typing_extensions import override

from audit.models import Anchor
from audit.models.stream import MAX_CERTIFICATES, MAX_NAME, Sends, StreamFormat, StreamKind
from audit.streams.standing import STANDINGS, StreamRow
from console.api.fields import OneOfField, QueryNumberField, TextField
from console.api.serializers import StrictSerializer, refuse
from console.api.v1.answers import Shape, as_json
from console.api.v1.queries import PageQuery
from console.api.v1.webhook_shapes import FlagField
from console.platform.outbound import MAX_URL

BEGINS = ("now", "beginning")


class StreamBody(StrictSerializer):
    name = TextField(max_length=MAX_NAME)
    sends = OneOfField(required=False, choices=Sends.choices, default=Sends.EVENTS.value)
    kind = OneOfField(choices=StreamKind.choices)
    address = TextField(
        max_length=MAX_URL, help_text="https://…; for syslog tls://host:port or tcp://host:port."
    )
    format = OneOfField(
        required=False, choices=StreamFormat.choices, default=StreamFormat.JSON.value
    )
    with_words = FlagField(
        required=False,
        default=False,
        help_text="Whether names of people and their notes are sent: they cannot be taken back.",
    )
    certificates = TextField(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_CERTIFICATES,
        help_text="PEM: the root of a timestamp authority, or of your own syslog receiver.",
    )
    begins = OneOfField(required=False, choices=BEGINS, default="now")


class StreamChangeBody(StrictSerializer):
    """What is left out stays."""

    name = TextField(required=False, max_length=MAX_NAME)
    address = TextField(required=False, max_length=MAX_URL)
    format = OneOfField(required=False, choices=StreamFormat.choices)
    with_words = FlagField(required=False)
    certificates = TextField(required=False, allow_blank=True, max_length=MAX_CERTIFICATES)
    paused = FlagField(required=False, help_text="It goes on later from where it stood.")

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise refuse("name", "required", "Send at least one field to change.")
        return attrs


class AnchorQuery(PageQuery):
    checkpoint = QueryNumberField(
        required=False, min_value=1, max_value=2**53, help_text="Only of this checkpoint."
    )


class StreamAnswer(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    sends = serializers.ChoiceField(choices=Sends.choices)
    kind = serializers.ChoiceField(choices=StreamKind.choices)
    address = serializers.CharField()
    format = serializers.ChoiceField(choices=StreamFormat.choices)
    with_words = serializers.BooleanField()
    certificates = serializers.CharField()
    state = serializers.ChoiceField(choices=STANDINGS)
    next = serializers.IntegerField(help_text="The index, or checkpoint, that goes next.")
    waiting = serializers.IntegerField(help_text="How many it was not sent yet.")
    waiting_since = serializers.DateTimeField(allow_null=True)
    last_sent_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    tested_at = serializers.DateTimeField(allow_null=True)
    test_error = serializers.CharField(allow_null=True, help_text="Null where it was taken.")
    created_at = serializers.DateTimeField()


class StreamWithSecret(StreamAnswer):
    secret = serializers.CharField(
        allow_null=True,
        help_text="`whsec_…` of a webhook, told once: null where the same request is repeated.",
    )


class StreamsAnswer(Shape):
    results = StreamAnswer(many=True)


class AnchoredAnswer(Shape):
    id = serializers.UUIDField()
    checkpoint = serializers.IntegerField()
    sink = serializers.CharField(help_text="The stream's name then, or `file`.")
    accepted_at = serializers.DateTimeField()
    receipt = serializers.CharField(
        allow_null=True, help_text="A timestamp authority's token, DER in base64; of others null."
    )


def shown_stream(row: StreamRow) -> dict[str, Any]:
    stream, state = row.stream, row.state
    return as_json(
        StreamAnswer,
        {
            "id": stream.id,
            "name": stream.name,
            "sends": stream.sends,
            "kind": stream.kind,
            "address": stream.address,
            "format": stream.format,
            "with_words": stream.with_words,
            "certificates": stream.certificates,
            "state": row.standing.value,
            "next": state.next,
            "waiting": row.lag.waiting,
            "waiting_since": row.lag.since,
            "last_sent_at": state.last_sent_at,
            "last_error": state.last_error or None,
            "last_status": state.last_status,
            "failing_since": state.failing_since,
            "tested_at": state.tested_at,
            "test_error": state.test_error or None,
            "created_at": stream.created_at,
        },
    )


def shown_anchor(anchor: Anchor) -> dict[str, Any]:
    receipt = bytes(anchor.receipt)
    return as_json(
        AnchoredAnswer,
        {
            "id": anchor.id,
            "checkpoint": anchor.checkpoint,
            "sink": anchor.sink,
            "accepted_at": anchor.accepted_at,
            "receipt": b64encode(receipt).decode() if receipt else None,
        },
    )

"""What a client sends about memories."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from typing_extensions import override

from console.api.fields import (
    IdentifierField,
    InstantField,
    NumberField,
    ObjectField,
    OneOfField,
    ShortListField,
    TextField,
    ValueField,
    WholeNumberField,
)
from console.api.serializers import QuerySerializer, StrictSerializer, refuse
from console.api.v1.filtering import FilterTextField
from console.api.v1.queries import PageQuery
from console.api.v1.writing import text_of
from console.platform.clock import now
from memory.actions.merge import FEWEST, MOST
from memory.models import Kind, State, Tier, Visibility
from memory.policies.span import LONGEST

MAX_METADATA_BYTES = 16_000
MAX_VALUE_BYTES = 64_000
MAX_NAME = 200
MAX_SOURCE = 2_000
MAX_SEGMENTS = 16
MAX_DERIVED_FROM = 100
MAX_REASON = 60
# What is gone is no memory any more; its evidence stands in the console.
LISTED_STATES = [state for state in State.values if state not in {State.RETIRED, State.ERASED}]


def namespace_field(**options: Any) -> ShortListField:
    return ShortListField(
        child=TextField(max_length=MAX_NAME),
        max_length=MAX_SEGMENTS,
        help_text="The place of the memory, as segments from the left.",
        **options,
    )


class SignatureBody(StrictSerializer):
    """docs/api.md, "Signing". Taken apart and verified before the body's fields are read."""

    algorithm = TextField(help_text="hmac-sha256")
    key_id = TextField(help_text="The first 35 characters of the signing key.")
    timestamp = WholeNumberField(help_text="Unix seconds, at most 300 off.")
    nonce = TextField(help_text="16 to 64 random bytes, base64url: used once.")
    value = TextField(help_text="HMAC-SHA-256, 64 hexadecimal digits.")


class ProposedFields(StrictSerializer):
    """What a version says; shared by writing and changing."""

    signature = SignatureBody(required=False)

    content = TextField(
        required=False,
        max_length=settings.MEMORY_MAX_CONTENT_CHARACTERS,
        help_text="The text. May be left out where `value` is given.",
    )
    value = ValueField(
        required=False,
        allow_null=True,
        max_bytes=MAX_VALUE_BYTES,
        help_text="The same as data: any JSON value.",
    )
    metadata = ObjectField(
        required=False,
        max_bytes=MAX_METADATA_BYTES,
        help_text="Data to filter by.",
    )
    confidence = NumberField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=1,
        help_text="How sure the writer is, 0 to 1.",
    )
    importance = NumberField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=1,
        help_text="How much would be lost with it, 0 to 1: what is important is renewed.",
    )
    source = TextField(  # type: ignore[assignment]
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=MAX_SOURCE,
        help_text="Where it comes from: an address, a document, a tool.",
    )
    valid_from = InstantField(
        required=False, allow_null=True, help_text="Since when it holds in the world."
    )
    valid_to = InstantField(
        required=False, allow_null=True, help_text="Until when it holds in the world."
    )
    ttl = WholeNumberField(
        required=False,
        min_value=1,
        max_value=int(LONGEST.total_seconds()),
        help_text="Seconds until it expires. Instead of `expires_at`.",
    )
    expires_at = InstantField(
        required=False,
        help_text="When it expires. Without it and `ttl`, its kind decides.",
    )
    derived_from = ShortListField(
        required=False,
        child=IdentifierField(),
        max_length=MAX_DERIVED_FROM,
        help_text="The memories it was made from.",
    )

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "ttl" in attrs and "expires_at" in attrs:
            raise refuse("ttl", "conflicting_fields", "Send ttl or expires_at, not both.")
        if "ttl" in attrs:
            attrs["expires_at"] = now() + timedelta(seconds=attrs.pop("ttl"))
        for name in ("source", "key", "run", "subject"):
            if name in attrs:
                attrs[name] = attrs[name] or ""
        return attrs


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A preference",
            value={
                "content": "Jonas prefers to be called after 16:00.",
                "kind": "preference",
                "namespace": ["support", "eu"],
                "key": "contact/time",
                "subject": "customer-4711",
                "confidence": 0.92,
                "ttl": 7_776_000,
            },
            request_only=True,
        )
    ]
)
class MemoryWrite(ProposedFields):
    kind = OneOfField(required=False, choices=Kind.choices)
    tier = OneOfField(required=False, choices=Tier.choices)
    visibility = OneOfField(required=False, choices=Visibility.choices)
    namespace = namespace_field(required=False)
    key = TextField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=MAX_NAME,
        help_text="Its name within its namespace and subject.",
    )
    run = TextField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=MAX_NAME,
        help_text="The conversation or run it comes from: a turn is read with those beside it.",
    )
    subject = TextField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=MAX_NAME,
        help_text="The person it is about, by your own identifier.",
    )
    supersedes = IdentifierField(
        required=False,
        help_text="The memory it takes the place of, once it is in force. Of the same subject.",
    )

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "content" not in attrs and attrs.get("value") is None:
            raise refuse("content", "required", "Send content, or a value to make it from.")
        if "content" not in attrs:
            attrs["content"] = text_of(attrs["value"])
        return attrs


class MergeBody(StrictSerializer):
    signature = SignatureBody(required=False)
    memories = ShortListField(
        child=IdentifierField(),
        min_length=FEWEST,
        max_length=MOST,
        help_text="Those to merge: in force, about one subject.",
    )
    content = TextField(
        max_length=settings.MEMORY_MAX_CONTENT_CHARACTERS, help_text="What they say together."
    )
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class UncheckedItems(ShortListField):
    """Counts its items. Each is checked by itself later, so that one bad one spoils no other."""

    @override
    def run_child_validation(self, data: list[Any]) -> list[Any]:
        return data


class MemoryBatch(StrictSerializer):
    memories = UncheckedItems(
        child=MemoryWrite(), min_length=1, max_length=settings.MEMORY_MAX_BATCH
    )


class MemoryChange(ProposedFields):
    """The fields given change; the others stay as they are."""

    expected_version = WholeNumberField(
        required=False,
        min_value=1,
        help_text="The version you read. Or send it in If-Match.",
    )
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if not set(attrs) - {"expected_version", "reason"}:
            raise refuse("body", "nothing_to_change", "Name at least one field to change.")
        return attrs


class RestoreBody(StrictSerializer):
    signature = SignatureBody(required=False)
    version = WholeNumberField(min_value=1, help_text="The version whose content to propose again.")
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class ReasonBody(StrictSerializer):
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class ReasonQuery(QuerySerializer):
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class MemoryQuery(PageQuery):
    namespace = namespace_field(required=False)
    subject = TextField(required=False, max_length=MAX_NAME)
    agent = IdentifierField(required=False, help_text="The id of the agent that wrote it.")
    kind = OneOfField(required=False, choices=Kind.choices)
    tier = OneOfField(required=False, choices=Tier.choices)
    state = OneOfField(required=False, choices=LISTED_STATES)
    key = TextField(required=False, max_length=MAX_NAME)
    filter = FilterTextField(required=False)

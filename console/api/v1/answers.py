"""What the API answers about memories. Each function gives what its shape then writes as JSON."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from typing_extensions import override

from console.api.fields import AnyValueField
from console.api.serializers import only
from memory.models import Kind, Memory, MemoryVersion, State, Tier, Visibility
from memory.proposals import WriteOutcome
from memory.signing.stored import StoredSignature


class Shape(serializers.Serializer[Any]):
    """What an answer holds, made from a dict that names each of its fields, or from an object."""

    @override
    def to_representation(self, instance: Any) -> dict[str, Any]:
        if not isinstance(instance, dict):
            return super().to_representation(instance)
        # REST framework's own looks for attributes and defaults too, several times as long.
        shown: dict[str, Any] = {}
        for name, field in self.fields.items():
            value = instance[str(field.source)]
            shown[name] = None if value is None else field.to_representation(value)
        return shown


class Reason(Shape):
    code = serializers.CharField(help_text="Stable.")
    detail = serializers.CharField(help_text="A sentence for people.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Waits for a person",
            value={
                "id": "019aa5a2-5c1e-7d52-9f2b-0f5f4f1f2a3b",
                "state": "pending",
                "version": 1,
                "reasons": [
                    {"code": "low_confidence", "detail": "Its confidence 0.5 is below 0.8."}
                ],
                "review_id": "019aa5a2-5c1f-7a10-8a53-3b1d0a9d7c11",
                "kind": "preference",
                "namespace": ["support", "eu"],
                "key": "contact/time",
                "subject": "customer-4711",
                "expires_at": "2027-11-21T09:30:00Z",
                "created_at": "2026-11-21T09:30:00Z",
            },
            response_only=True,
            status_codes=["202"],
        )
    ]
)
class WriteAnswer(Shape):
    """What became of a write. It repeats no content: a kept answer must not outlive an erasure."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=State.choices)
    version = serializers.IntegerField(help_text="The version proposed.")
    reasons = Reason(many=True, help_text="Why it waits. Empty where it took effect.")
    review_id = serializers.UUIDField(allow_null=True)
    kind = serializers.ChoiceField(choices=Kind.choices)
    namespace = serializers.ListField(child=serializers.CharField())
    key = serializers.CharField(allow_null=True)
    subject = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class Author(Shape):
    kind = serializers.CharField(help_text="user, agent or system.")
    id = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]


class Provenance(Shape):
    author = Author()
    trace_id = serializers.CharField(
        allow_null=True, help_text="W3C trace id of the step that wrote it, hexadecimal."
    )
    span_id = serializers.CharField(allow_null=True)


class SignedAnswer(Shape):
    key_id = serializers.CharField()
    at = serializers.DateTimeField(help_text="As its writer signed it.")
    valid = serializers.BooleanField(
        source="is_valid",
        allow_null=True,
        help_text="Verified again just now; null once its subject is erased.",
    )


class VersionAnswer(Shape):
    version = serializers.IntegerField()
    content = serializers.CharField()
    value = AnyValueField(allow_null=True)
    metadata = serializers.DictField()
    confidence = serializers.FloatField(allow_null=True)
    importance = serializers.FloatField(allow_null=True)
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    valid_from = serializers.DateTimeField(allow_null=True)
    valid_to = serializers.DateTimeField(allow_null=True)
    derived_from = serializers.ListField(child=serializers.UUIDField())
    content_digest = serializers.CharField(help_text="Over content and value; a decision binds it.")
    provenance = Provenance()
    signed = SignedAnswer(allow_null=True, help_text="The signature it was accepted by, if any.")
    created_at = serializers.DateTimeField(help_text="When this version was written.")


class MemoryAnswer(VersionAnswer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=State.choices)
    kind = serializers.ChoiceField(choices=Kind.choices)
    tier = serializers.ChoiceField(choices=Tier.choices)
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    namespace = serializers.ListField(child=serializers.CharField())
    key = serializers.CharField(allow_null=True)
    run = serializers.CharField(allow_null=True, help_text="The conversation or run it comes from.")
    subject = serializers.CharField(allow_null=True)
    agent = serializers.UUIDField(allow_null=True, help_text="The agent that wrote it first.")
    agent_name = serializers.CharField(allow_null=True)
    supersedes = serializers.UUIDField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField(help_text="When the memory was first written.")
    updated_at = serializers.DateTimeField()


def written(outcome: WriteOutcome) -> dict[str, Any]:
    """What became of a write, a change or a restoration."""
    reasons = outcome.ruling.reasons_json() if outcome.review else []
    return as_json(
        WriteAnswer,
        identity_of(outcome.memory)
        | {
            "state": outcome.ruling.state,
            "version": outcome.version.number,
            "reasons": reasons,
            "review_id": outcome.review.id if outcome.review else None,
        },
    )


def changed_state(memory: Memory) -> dict[str, Any]:
    """A memory whose state was changed and whose content was not."""
    unheld = {"state": memory.state, "version": memory.version, "reasons": [], "review_id": None}
    return as_json(WriteAnswer, identity_of(memory) | unheld)


def shown_version(
    version: MemoryVersion, *, signed: StoredSignature | None, untold: Collection[UUID] = ()
) -> dict[str, Any]:
    """`untold` are the sources that this reader is not told of (`memory.access`)."""
    return as_json(VersionAnswer, said_by(version, untold=untold) | {"signed": signed})


def shown_memory(memory: Memory, version: MemoryVersion, **known: Any) -> dict[str, Any]:
    """`known` as memory_values takes it."""
    return as_json(MemoryAnswer, memory_values(memory, version, **known))


def memory_values(
    memory: Memory,
    version: MemoryVersion,
    *,
    signed: StoredSignature | None,
    at: datetime,
    untold: Collection[UUID] = (),
) -> dict[str, Any]:
    return (
        said_by(version, untold=untold)
        | identity_of(memory)
        | {
            "signed": signed,
            "state": memory.state_at(at),
            "tier": memory.tier,
            "visibility": memory.visibility,
            "run": memory.run or None,
            "agent": memory.agent_id,
            "agent_name": memory.agent.name if memory.agent else None,
            "supersedes": memory.supersedes_id,
            "updated_at": memory.updated_at,
        }
    )


def as_json(shape: type[Shape], values: dict[str, Any]) -> dict[str, Any]:
    """`values` as the shape promises them. Raises KeyError when one is missing."""
    return dict(only(shape).to_representation(values))


def identity_of(memory: Memory) -> dict[str, Any]:
    return {
        "id": memory.id,
        "kind": memory.kind,
        "namespace": memory.namespace,
        "key": memory.key or None,
        "subject": memory.subject.external_id if memory.subject else None,
        "expires_at": memory.expires_at,
        "created_at": memory.created_at,
    }


def said_by(version: MemoryVersion, *, untold: Collection[UUID] = ()) -> dict[str, Any]:
    return {
        "version": version.number,
        "content": version.content,
        "value": version.value,
        "metadata": version.metadata,
        "confidence": version.confidence,
        "importance": version.importance,
        "source": version.source or None,
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
        "derived_from": [source for source in version.derived_from if source not in untold],
        "content_digest": bytes(version.content_digest).hex(),
        "provenance": {
            "author": {
                "kind": version.author_kind,
                "id": version.author_id,
                "label": version.author_label,
            },
            "trace_id": bytes(version.trace_id).hex() if version.trace_id else None,
            "span_id": bytes(version.span_id).hex() if version.span_id else None,
        },
        "created_at": version.recorded_at,
    }

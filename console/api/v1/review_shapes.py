"""What the API takes and answers about reviews."""

import re
from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from typing_extensions import override

from console.api.fields import IdentifierField, OneOfField, TextField
from console.api.serializers import StrictSerializer, refuse
from console.api.v1.answers import Reason, Shape, VersionAnswer, as_json, shown_version
from console.api.v1.memory_bodies import MAX_NAME
from console.api.v1.queries import PageQuery
from memory.models import (
    DecisionOutcome,
    MemoryVersion,
    ReviewItem,
    ReviewKind,
    ReviewStatus,
    State,
)
from memory.policies.rule import Priority
from memory.reviews.decisions import Decision
from memory.reviews.reasons import DecisionReason
from memory.signing.stored import stored_signatures

MAX_NOTE = 2_000
SHA256 = re.compile(r"[0-9a-f]{64}")


class ReviewQuery(PageQuery):
    status = OneOfField(
        required=False, choices=ReviewStatus.choices, default=ReviewStatus.OPEN.value
    )
    kind = OneOfField(required=False, choices=ReviewKind.choices)
    agent = IdentifierField(required=False, help_text="The id of the agent that proposed it.")
    subject = TextField(required=False, max_length=MAX_NAME)
    queue = TextField(required=False, max_length=MAX_NAME)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Approve",
            value={"decision": "approve", "reason": "accurate"},
            request_only=True,
        )
    ]
)
class DecisionBody(StrictSerializer):
    decision = OneOfField(choices=[str(decision) for decision in Decision])
    reason = OneOfField(choices=DecisionReason.choices)
    note = TextField(required=False, allow_blank=True, max_length=MAX_NOTE)
    content = TextField(
        required=False,
        max_length=settings.MEMORY_MAX_CONTENT_CHARACTERS,
        help_text="The corrected text of edit_and_approve.",
    )
    content_digest = TextField(
        required=False,
        max_length=64,
        help_text="Of what you looked at. If the text is another by now, the answer is 409.",
    )

    def validate_content_digest(self, value: str) -> str:
        if not SHA256.fullmatch(value):
            raise serializers.ValidationError("Send 64 hexadecimal digits.", code="invalid")
        return value

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        edits = attrs["decision"] == Decision.EDIT
        if edits and "content" not in attrs:
            raise refuse("content", "required", "Send the corrected text.")
        if not edits and "content" in attrs:
            raise refuse("content", "conflicting_fields", "Only edit_and_approve takes a content.")
        return attrs


class ReviewAnswer(Shape):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=ReviewStatus.choices)
    kind = serializers.ChoiceField(choices=ReviewKind.choices)
    queue = serializers.CharField(help_text="Whose work it is, as the policy says; or ''.")
    priority = serializers.ChoiceField(choices=[str(one) for one in Priority])
    approvals_needed = serializers.IntegerField(help_text="How many people must approve it.")
    risk = serializers.FloatField(help_text="0 to 1; orders those of one priority.")
    reasons = Reason(many=True, help_text="Why it was held.")
    memory_id = serializers.UUIDField()
    memory_state = serializers.ChoiceField(choices=State.choices)
    version = serializers.IntegerField(help_text="The version to decide on.")
    contradicts_id = serializers.UUIDField(allow_null=True)
    content_digest = serializers.CharField()
    agent = serializers.UUIDField(allow_null=True)
    agent_name = serializers.CharField(allow_null=True)
    subject = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class DecisionAnswer(Shape):
    outcome = serializers.ChoiceField(choices=DecisionOutcome.choices)
    reason = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    content_digest = serializers.CharField(help_text="Of what took effect.")
    decided_by = serializers.CharField()
    decided_at = serializers.DateTimeField()


class ReviewDetail(ReviewAnswer):
    proposed = VersionAnswer(help_text="What would take effect.")
    current = VersionAnswer(allow_null=True, help_text="What is in force of the same memory.")
    contradicted = VersionAnswer(
        allow_null=True, help_text="What the memory `contradicts_id` says."
    )
    decisions = DecisionAnswer(many=True)


def shown_review(review: ReviewItem) -> dict[str, Any]:
    """In a list, and after a decision: without any memory's text."""
    return as_json(ReviewAnswer, _summary(review))


def shown_detail(
    review: ReviewItem,
    *,
    proposed: MemoryVersion,
    current: MemoryVersion | None,
    contradicted: MemoryVersion | None,
) -> dict[str, Any]:
    signed = stored_signatures([one for one in (proposed, current, contradicted) if one])

    def shown(version: MemoryVersion | None) -> dict[str, Any] | None:
        return shown_version(version, signed=signed.get(version.id)) if version else None

    return as_json(
        ReviewDetail,
        _summary(review)
        | {
            "proposed": shown(proposed),
            "current": shown(current),
            "contradicted": shown(contradicted),
            "decisions": [
                {
                    "outcome": decision.outcome,
                    "reason": decision.reason,
                    "note": decision.comment,
                    "content_digest": bytes(decision.content_digest).hex(),
                    "decided_by": decision.decided_by_label,
                    "decided_at": decision.decided_at,
                }
                for decision in review.decisions.order_by("id")
            ],
        },
    )


def _summary(review: ReviewItem) -> dict[str, Any]:
    return {
        "id": review.id,
        "status": review.status,
        "kind": review.kind,
        "queue": review.queue,
        "priority": list(Priority)[review.priority],
        "approvals_needed": review.approvals_needed,
        "risk": review.risk,
        "reasons": review.reasons,
        "memory_id": review.memory_id,
        "memory_state": review.memory.state,
        "version": review.version,
        "contradicts_id": review.contradicts_id,
        "content_digest": bytes(review.content_digest).hex(),
        "agent": review.agent_id,
        "agent_name": review.agent.name if review.agent else None,
        "subject": review.subject.external_id if review.subject else None,
        "created_at": review.opened_at,
        "closed_at": review.closed_at,
    }

"""What the API takes and answers about reviews."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from console.api.fields import IdentifierField, OneOfField, TextField
from console.api.v1.answers import Reason, Shape, VersionAnswer, as_json, shown_version
from console.api.v1.memory_bodies import MAX_NAME
from console.api.v1.queries import PageQuery
from console.platform.clock import now
from memory.actions import undoable_until
from memory.models import (
    DecisionOutcome,
    MemoryVersion,
    ReviewItem,
    ReviewKind,
    ReviewStatus,
    State,
)
from memory.policies.rule import Priority
from memory.reviews.order import Part, score_of
from memory.reviews.sla import Clock, clock_of
from memory.signing.stored import stored_signatures

# What narrows a list, or what `next` gives, and the column it is about.
COLUMNS = {
    "status": "status",
    "kind": "kind",
    "agent": "agent_id",
    "subject": "subject__external_id",
    "queue": "queue",
}


def narrowed(reviews: QuerySet[ReviewItem], asked: dict[str, Any]) -> QuerySet[ReviewItem]:
    wanted = {column: asked[name] for name, column in COLUMNS.items() if name in asked}
    return reviews.filter(**wanted)


class ReviewQuery(PageQuery):
    status = OneOfField(
        required=False, choices=ReviewStatus.choices, default=ReviewStatus.OPEN.value
    )
    kind = OneOfField(required=False, choices=ReviewKind.choices)
    agent = IdentifierField(required=False, help_text="The id of the agent that proposed it.")
    subject = TextField(required=False, max_length=MAX_NAME)
    queue = TextField(required=False, max_length=MAX_NAME)


class ClaimAnswer(Shape):
    by = serializers.UUIDField(help_text="The id of the person.")
    name = serializers.CharField()
    until = serializers.DateTimeField(help_text="From then on anybody may take it.")


class EscalationAnswer(Shape):
    by = serializers.UUIDField()
    name = serializers.CharField()
    at = serializers.DateTimeField()
    note = serializers.CharField()


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
    due_at = serializers.DateTimeField(help_text="When its queue wants it decided.")
    clock = serializers.ChoiceField(
        choices=Clock.choices, help_text="Of a decided one: as it was then."
    )
    claim = ClaimAnswer(allow_null=True, help_text="Who is deciding it; null: nobody.")
    escalation = EscalationAnswer(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class ScorePart(Shape):
    name = serializers.CharField()
    value = serializers.FloatField()
    how = serializers.ChoiceField(choices=["times", "plus"])
    words = serializers.CharField()


class ScoreAnswer(Shape):
    value = serializers.FloatField()
    parts = ScorePart(many=True, help_text="From 1, each applied to what the ones before made.")


class DecisionAnswer(Shape):
    id = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=DecisionOutcome.choices)
    reason = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    content_digest = serializers.CharField(help_text="Of what took effect.")
    decided_by = serializers.CharField()
    decided_at = serializers.DateTimeField()
    undoes_id = serializers.UUIDField(
        allow_null=True, help_text="The decision that this one took back."
    )
    batch_id = serializers.UUIDField(
        allow_null=True, help_text="Shared by those that were decided at once."
    )


class ReviewDetail(ReviewAnswer):
    proposed = VersionAnswer(help_text="What would take effect.")
    current = VersionAnswer(allow_null=True, help_text="What is in force of the same memory.")
    contradicted = VersionAnswer(
        allow_null=True, help_text="What the memory `contradicts_id` says."
    )
    decisions = DecisionAnswer(many=True)
    score = ScoreAnswer(help_text="Why it stands where it stands in the order, just now.")
    undoable_until = serializers.DateTimeField(
        allow_null=True, help_text="Till when the last decision can be taken back."
    )


def shown_review(review: ReviewItem) -> dict[str, Any]:
    """In a list, and after a decision: without any memory's text."""
    return as_json(ReviewAnswer, _summary(review))


def shown_detail(
    review: ReviewItem,
    *,
    proposed: MemoryVersion,
    current: MemoryVersion | None,
    contradicted: MemoryVersion | None,
    parts: Sequence[Part],
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
            "score": {
                "value": score_of(parts),
                "parts": [asdict(part) for part in parts],
            },
            "decisions": [
                {
                    "id": decision.id,
                    "undoes_id": decision.undoes_id,
                    "batch_id": decision.batch_id,
                    "outcome": decision.outcome,
                    "reason": decision.reason,
                    "note": decision.comment,
                    "content_digest": bytes(decision.content_digest).hex(),
                    "decided_by": decision.decided_by_label,
                    "decided_at": decision.decided_at,
                }
                for decision in review.decisions.order_by("id")
            ],
            "undoable_until": undoable_until(review),
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
        "due_at": review.due_at,
        "clock": clock_of(review, now()),
        "claim": _claim(review),
        "escalation": _escalation(review),
        "closed_at": review.closed_at,
    }


def _claim(review: ReviewItem) -> dict[str, Any] | None:
    if not review.is_open or not review.is_claimed:
        return None
    return {
        "by": review.claimed_by_id,
        "name": review.claimed_by_label,
        "until": review.claimed_until,
    }


def _escalation(review: ReviewItem) -> dict[str, Any] | None:
    if review.escalated_at is None:
        return None
    return {
        "by": review.escalated_by_id,
        "name": review.escalated_by_label,
        "at": review.escalated_at,
        "note": review.escalation_note,
    }

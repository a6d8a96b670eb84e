"""What the API takes and answers about quarantining many memories at once."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from typing_extensions import override

from console.api.fields import (
    FlagField,
    IdentifierField,
    InstantField,
    OneOfField,
    ShortListField,
    TextField,
    WholeNumberField,
)
from console.api.problems import members_of
from console.api.schema import FieldError
from console.api.serializers import StrictSerializer, refuse
from console.api.v1.answers import Shape
from console.api.v1.influence_shapes import check_origin
from console.api.v1.review_decision_shapes import note_field
from memory.influence.quarantined import MOST_QUARANTINED, QuarantineBatch, QuarantineVerdict
from memory.models import State
from memory.reviews.reasons import DecisionReason


class InfluenceOf(StrictSerializer):
    """Where to start, as `GET /influence` takes it, or a memory."""

    memory = IdentifierField(required=False)
    version = WholeNumberField(required=False, min_value=1, help_text="Of this version alone.")
    trace_id = TextField(required=False, max_length=32, help_text="Hexadecimal; with `span_id`.")
    span_id = TextField(required=False, max_length=16)
    agent = IdentifierField(required=False, help_text="What it wrote from `since` to `until`.")
    since = InstantField(required=False)
    until = InstantField(required=False)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_origin(attrs)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "What a poisoned memory led to",
            value={
                "influence_of": {"memory": "019aa5a2-5c1f-7a10-8a53-3b1d0a9d7c11"},
                "reason": "poisoned",
                "dry_run": True,
            },
            request_only=True,
        )
    ]
)
class QuarantineBody(StrictSerializer):
    memories = ShortListField(
        required=False, child=IdentifierField(), min_length=1, max_length=MOST_QUARANTINED
    )
    influence_of = InfluenceOf(
        required=False,
        help_text=f"Instead of `memories`: where to start and all that was derived, the first"
        f" {MOST_QUARANTINED} that can be. `remaining` counts the rest: ask again for those.",
    )
    reason = OneOfField(choices=DecisionReason.choices)
    note = note_field()
    dry_run = FlagField(
        required=False, default=False, help_text="Tells what would become of each. Changes nothing."
    )

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("memories" in attrs) == ("influence_of" in attrs):
            raise refuse("memories", "conflicting_fields", "Send memories, or influence_of.")
        return attrs


class QuarantinedItem(Shape):
    """What became of one memory, or, where nothing was done, the problem as by itself."""

    id = serializers.UUIDField()
    done = serializers.BooleanField()
    state = serializers.ChoiceField(choices=State.choices, allow_null=True)
    review_id = serializers.UUIDField(allow_null=True, help_text="Where it is decided upon.")
    legal_hold = serializers.BooleanField(help_text="A hold stands over it, and goes on standing.")
    status = serializers.IntegerField(help_text="What a single request would have answered.")
    code = serializers.CharField(required=False)
    title = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    errors = FieldError(many=True, required=False)  # type: ignore[assignment]


class CountAnswer(Shape):
    name = serializers.CharField(allow_null=True)
    memories = serializers.IntegerField()


class QuarantineAnswer(Shape):
    batch_id = serializers.UUIDField(
        allow_null=True,
        help_text="`POST /reviews/decisions/{batch_id}/undo` takes back all of it. None is dry.",
    )
    dry_run = serializers.BooleanField()
    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    remaining = serializers.IntegerField(
        help_text="Of `influence_of`, beyond what one request does."
    )
    by_agent = CountAnswer(many=True)
    by_subject = CountAnswer(many=True)
    results = QuarantinedItem(many=True)


def shown_quarantine(
    batch: QuarantineBatch, *, dry_run: bool, remaining: int = 0
) -> dict[str, Any]:
    return {
        "batch_id": None if dry_run or not batch.done else str(batch.id),
        "dry_run": dry_run,
        "done": len(batch.done),
        "refused": len(batch.refused),
        "remaining": remaining,
        "by_agent": _counted(batch.by_agent.most_common()),
        "by_subject": _counted(batch.by_subject.most_common()),
        "results": [_became(one, dry_run=dry_run) for one in batch.verdicts],
    }


def _counted(counts: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"name": name or None, "memories": count} for name, count in counts]


def _became(one: QuarantineVerdict, *, dry_run: bool) -> dict[str, Any]:
    known = {
        "id": str(one.memory_id),
        "state": one.memory.state if one.memory else None,
        "review_id": str(one.review.id) if one.review and not dry_run else None,
        "legal_hold": one.on_hold,
    }
    if one.refusal is not None:
        return {**known, "done": False, **members_of(one.refusal)}
    return {**known, "done": True, "status": 200}

"""What the API takes and answers about decisions upon reviews, one or many at once."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from typing_extensions import override

from console.api.fields import (
    FlagField,
    IdentifierField,
    OneOfField,
    ShortListField,
    TextField,
    WholeNumberField,
)
from console.api.problems import members_of
from console.api.schema import FieldError
from console.api.serializers import StrictSerializer, refuse
from console.api.v1.answers import Shape
from console.platform.errors import DomainError, NotFoundError
from memory.models import ReviewStatus
from memory.reviews.batch import MOST_AT_ONCE, Batch, Verdict
from memory.reviews.decisions import IN_BULK, Decision
from memory.reviews.reasons import DecisionReason

MAX_NOTE = 2_000
SHA256 = re.compile(r"[0-9a-f]{64}")
# What each decision needs besides its reason, and what it may have.
NEEDED = {Decision.EDIT: {"content"}, Decision.MERGE: {"into"}, Decision.RESTORE: {"version"}}
ALLOWED = NEEDED | {Decision.MERGE: {"into", "content"}}
ONLY_SOME = {
    "content": "Only edit_and_approve and merge take a content.",
    "into": "Only merge takes a memory.",
    "version": "Only restore takes a version.",
}


class DigestField(TextField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=64,
            help_text="Of what you looked at. If the text is another by now, it is refused: 409.",
            **options,
        )

    @override
    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        if not SHA256.fullmatch(value):
            raise serializers.ValidationError("Send 64 hexadecimal digits.", code="invalid")
        return value


def note_field() -> TextField:
    return TextField(required=False, allow_blank=True, max_length=MAX_NOTE)


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
    note = note_field()
    content = TextField(
        required=False,
        max_length=settings.MEMORY_MAX_CONTENT_CHARACTERS,
        help_text="The corrected text of edit_and_approve; of merge, what `into` says from then"
        " on. Without it that stays as it is.",
    )
    into = IdentifierField(
        required=False, help_text="The memory that it becomes part of, by merge."
    )
    version = WholeNumberField(
        required=False, min_value=1, help_text="The earlier one that takes effect, by restore."
    )
    content_digest = DigestField(required=False)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        decision = Decision(attrs["decision"])
        if missing := sorted(NEEDED.get(decision, set()) - set(attrs)):
            raise refuse(missing[0], "required", f"{decision} needs it.")
        for name, told in ONLY_SOME.items():
            if name in attrs and name not in ALLOWED.get(decision, set()):
                raise refuse(name, "conflicting_fields", told)
        return attrs


class UndoBody(StrictSerializer):
    reason = OneOfField(
        required=False,
        choices=DecisionReason.choices,
        default=DecisionReason.RECONSIDERED.value,
    )
    note = note_field()


class UndoOneBody(UndoBody):
    decision_id = IdentifierField(
        required=False,
        help_text="The one meant: if it is not the last any more, the answer is 409.",
    )


class ChosenReview(StrictSerializer):
    id = IdentifierField()
    content_digest = DigestField(required=False)


class DecisionsBody(StrictSerializer):
    reviews = ShortListField(child=ChosenReview(), min_length=1, max_length=MOST_AT_ONCE)
    decision = OneOfField(choices=sorted(str(decision) for decision in IN_BULK))
    reason = OneOfField(choices=DecisionReason.choices)
    note = note_field()
    dry_run = FlagField(
        required=False, default=False, help_text="Tells what would become of each. Changes nothing."
    )

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len({chosen["id"] for chosen in attrs["reviews"]}) < len(attrs["reviews"]):
            raise refuse("reviews", "named_twice", "One of them is named twice.")
        return attrs


class DecidedItem(Shape):
    """What became of one review, or, where that was refused, the problem as by itself."""

    id = serializers.UUIDField()
    done = serializers.BooleanField()
    review_status = serializers.ChoiceField(choices=ReviewStatus.choices, allow_null=True)
    status = serializers.IntegerField(help_text="What a single request would have answered.")
    code = serializers.CharField(required=False)
    title = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    errors = FieldError(many=True, required=False)  # type: ignore[assignment]


class DecisionsAnswer(Shape):
    batch_id = serializers.UUIDField(allow_null=True, help_text="To undo all of it. None is dry.")
    dry_run = serializers.BooleanField()
    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    needs_second_person = serializers.IntegerField(
        help_text="Of those refused: two people must agree on each, so each is decided by itself."
    )
    results = DecidedItem(many=True)


def shown_batch(
    batch: Batch, *, asked: Sequence[UUID] | None = None, dry_run: bool = False
) -> dict[str, Any]:
    """In the order of `asked`, of which some may not be there, or else in the batch's own."""
    verdicts = {verdict.review.id: verdict for verdict in batch.verdicts}
    return {
        "batch_id": None if dry_run else str(batch.id),
        "dry_run": dry_run,
        "done": len(batch.done),
        "refused": len(asked or verdicts) - len(batch.done),
        "needs_second_person": len(batch.critical),
        "results": [
            {"id": str(review_id), **_became(verdicts.get(review_id), review_id)}
            for review_id in asked or verdicts
        ],
    }


def _became(verdict: Verdict | None, review_id: UUID) -> dict[str, Any]:
    if verdict is None:
        return _problem(NotFoundError(review_id, noun="review"))
    if verdict.refusal is not None:
        return _problem(verdict.refusal)
    return {"done": True, "review_status": verdict.review.status, "status": 200}


def _problem(refusal: DomainError) -> dict[str, Any]:
    return {"done": False, "review_status": None, **members_of(refusal)}

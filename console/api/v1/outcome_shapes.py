"""What the API is asked and answers about how runs went."""

import re
from typing import Any

from rest_framework import serializers
from typing_extensions import override

from audit.models import RunOutcome, RunResult
from console.api.fields import NumberField, OneOfField, TextField
from console.api.serializers import StrictSerializer, refuse
from console.api.v1.answers import Author, Shape, as_json

MAX_NOTE = 500
MAX_KEY = 256
TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")


class OutcomeBody(StrictSerializer):
    result = OneOfField(choices=RunResult.choices)
    score = NumberField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=1,
        help_text="How well it went, 0 to 1.",
    )
    note = TextField(
        required=False,
        allow_blank=True,
        max_length=MAX_NOTE,
        help_text="For the people who look into it. Write nobody's secrets here.",
    )


class NamedOutcomeBody(OutcomeBody):
    """For an agent that does not know our id of its run: what its spans call it."""

    conversation = TextField(
        required=False, max_length=MAX_KEY, help_text="`gen_ai.conversation.id` of its spans."
    )
    session = TextField(required=False, max_length=MAX_KEY, help_text="`session.id` of its spans.")
    trace_id = TextField(
        required=False, max_length=32, help_text="W3C trace id, 32 hexadecimal digits."
    )

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in ("conversation", "session", "trace_id") if name in attrs]
        if len(named) != 1:
            detail = "Name the run once: by conversation, session or trace_id."
            raise refuse("body", "one_run", detail)
        if "trace_id" in attrs and not TRACE_ID.fullmatch(attrs["trace_id"]):
            detail = "Send 32 lower-case hexadecimal digits, not all zero."
            raise refuse("trace_id", "invalid_trace_id", detail)
        return attrs


class ReportAnswer(Shape):
    """What became of a report. It repeats no note: a kept answer must not outlive an erasure."""

    id = serializers.UUIDField()
    run_id = serializers.UUIDField(help_text="It may not have arrived yet.")
    result = serializers.ChoiceField(choices=RunResult.choices)
    score = serializers.FloatField(allow_null=True)
    reported_by = Author()
    reported_at = serializers.DateTimeField()


class OutcomeAnswer(ReportAnswer):
    note = serializers.CharField(allow_null=True)


def reported(outcome: RunOutcome) -> dict[str, Any]:
    return as_json(ReportAnswer, _report(outcome))


def shown_outcome(outcome: RunOutcome) -> dict[str, Any]:
    return as_json(OutcomeAnswer, _report(outcome) | {"note": outcome.note or None})


def _report(outcome: RunOutcome) -> dict[str, Any]:
    return {
        "id": outcome.id,
        "run_id": outcome.run_id,
        "result": outcome.result,
        "score": outcome.score,
        "reported_by": {
            "kind": outcome.reported_by_kind,
            "id": outcome.reported_by_id,
            "label": outcome.reported_by_label,
        },
        "reported_at": outcome.reported_at,
    }

"""What the API is asked and answers about how runs went."""

from typing import Any

from rest_framework import serializers

from audit.models import RunOutcome, RunResult
from console.api.fields import NumberField, OneOfField, TextField
from console.api.serializers import StrictSerializer
from console.api.v1.answers import Author, Shape, as_json
from console.api.v1.run_names import RunNameBody

MAX_NOTE = 500


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


class NamedOutcomeBody(RunNameBody, OutcomeBody):
    """For an agent that does not know our id of its run."""


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

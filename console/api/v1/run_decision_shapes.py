"""What the API answers about the decisions of a run."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from audit.timelines.decision_page import CALLS_SHOWN, DecisionPage
from audit.timelines.decisions import Decision
from audit.timelines.memory_mark import MemoryMark
from audit.timelines.said import answer_in, call_in
from audit.timelines.tree import NO_ROW, SPAN_ID_BYTES
from console.api.v1.answers import Shape, as_json
from console.api.v1.run_shapes import STEP_KINDS, MemoryTouchAnswer, shown_mark
from memory.screening.labelled import screen_labelled
from memory.screening.redaction import redact

# As the pages do, texts are told by their beginning, with personal data masked.
EXCERPT, MARGIN = 1_000, 300
MOST_MEMORIES = 100


class StepOfDecision(Shape):
    trace_id = serializers.CharField()
    span_id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=STEP_KINDS)
    failed = serializers.BooleanField()
    error_type = serializers.CharField(allow_null=True)
    duration_ns = serializers.IntegerField(allow_null=True)


class CallOfDecision(StepOfDecision):
    arguments = serializers.CharField(allow_null=True, help_text="How they begin; masked.")
    result = serializers.CharField(allow_null=True, help_text="How it begins; masked.")


class RunDecisionAnswer(Shape):
    step = StepOfDecision(help_text="The call of a model, or the turn of an agent.")
    agent = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    said = serializers.CharField(allow_null=True, help_text="How it begins; masked.")
    asked_for = serializers.ListField(
        child=serializers.CharField(), help_text="Tools that the model named."
    )
    plans = StepOfDecision(many=True)
    looked_up = StepOfDecision(many=True, help_text="Memory reads and retrievals before it.")
    recalled = MemoryTouchAnswer(many=True, help_text="Since the decision before.")
    calls = CallOfDecision(many=True, help_text="Tools and agents called until the next one.")
    calls_left_out = serializers.IntegerField()
    wrote = MemoryTouchAnswer(many=True)


def shown_decision(page: DecisionPage, one: Decision) -> dict[str, Any]:
    fall = page.waterfall
    answer = answer_in(page.documents.get(fall.tree.key[one.row], {}))
    return as_json(
        RunDecisionAnswer,
        {
            "step": _step(page, one.row),
            "agent": _agent(page, one.row) or None,
            "model": fall.model[one.row] or None,
            "said": _begun(answer.text),
            "asked_for": list(answer.tools),
            "plans": [_step(page, row) for row in one.plans],
            "looked_up": [_step(page, row) for row in one.looked_up[:MOST_MEMORIES]],
            "recalled": _touches(one.recalled),
            "calls": [_call(page, row) for row in one.calls[:CALLS_SHOWN]],
            "calls_left_out": max(0, len(one.calls) - CALLS_SHOWN),
            "wrote": _touches(one.wrote),
        },
    )


def _step(page: DecisionPage, row: int) -> dict[str, Any]:
    fall = page.waterfall
    key = fall.tree.key[row]
    return {
        "trace_id": key[:-SPAN_ID_BYTES].hex(),
        "span_id": key[-SPAN_ID_BYTES:].hex(),
        "name": fall.tool[row] or fall.name[row],
        "kind": fall.op[row],
        "failed": fall.failed[row],
        "error_type": fall.error_type[row] or None,
        "duration_ns": None if fall.running[row] else fall.end[row] - fall.start[row],
    }


def _call(page: DecisionPage, row: int) -> dict[str, Any]:
    arguments, result = call_in(page.documents.get(page.waterfall.tree.key[row], {}))
    return {**_step(page, row), "arguments": _begun(arguments), "result": _begun(result)}


def _agent(page: DecisionPage, row: int) -> str:
    """Its own, or that of the nearest step above it that names one."""
    fall = page.waterfall
    while row != NO_ROW and not fall.agent[row]:
        row = fall.tree.parent[row]
    return fall.agent[row] if row != NO_ROW else fall.run.agent


def _touches(marks: Iterable[MemoryMark]) -> list[dict[str, Any]]:
    return [shown_mark(mark) for mark in list(marks)[:MOST_MEMORIES]]


def _begun(text: str) -> str | None:
    """Masked somewhat further than it is told: what is cut in two is known for what it is."""
    beginning = text[: EXCERPT + MARGIN]
    return redact(beginning, screen_labelled(beginning))[:EXCERPT] or None

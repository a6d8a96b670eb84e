from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.timelines.comparison import Comparison, Side, comparison_of
from console.accounts.permissions import Permission
from console.api.schema import problems
from console.api.v1.answers import Shape, as_json
from console.api.v1.base import TenantView, identifier
from console.api.v1.run_shapes import STEP_KINDS, RunAnswer, shown_run
from memory.access import run_for


class SideOfPair(Shape):
    trace_id = serializers.CharField()
    span_id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=STEP_KINDS)
    failed = serializers.BooleanField()
    duration_ns = serializers.IntegerField(allow_null=True)


class PairAnswer(Shape):
    left = SideOfPair(allow_null=True)
    right = SideOfPair(allow_null=True)
    same = serializers.BooleanField()


class CalledAnswer(Shape):
    kind = serializers.ChoiceField(choices=STEP_KINDS)
    name = serializers.CharField(help_text="The tool or the model.")
    left = serializers.IntegerField(help_text="Times.")
    right = serializers.IntegerField()
    left_ns = serializers.IntegerField(help_text="In all.")
    right_ns = serializers.IntegerField()


class RecalledAnswer(Shape):
    memory_id = serializers.CharField()
    left = serializers.IntegerField(help_text="Times.")
    right = serializers.IntegerField()
    left_versions = serializers.ListField(child=serializers.IntegerField())
    right_versions = serializers.ListField(child=serializers.IntegerField())


class ComparisonAnswer(Shape):
    left = RunAnswer()
    right = RunAnswer()
    pairs = PairAnswer(
        many=True, allow_null=True, help_text="Null where a run is too long to be aligned."
    )
    divergence = serializers.IntegerField(
        allow_null=True, help_text="The place of the first pair that differs, from 0."
    )
    called = CalledAnswer(many=True)
    recalled = RecalledAnswer(many=True)


class RunComparisonView(TenantView):
    needs = {"GET": Permission.TRACES_READ}

    @extend_schema(
        operation_id="runs_comparison",
        summary="Compare two runs",
        description="Their steps aligned by kind and by what they call, how often they called"
        " what, and what each recalled.",
        tags=["runs"],
        responses={200: ComparisonAnswer, **problems(404)},
    )
    def get(self, _request: Request, run_id: str, other_id: str) -> Response:
        ids = (identifier(one, noun="run") for one in (run_id, other_id))
        left, right = (run_for(self.actor, id_) for id_ in ids)
        return Response(_shown(comparison_of(left, right)))


def _shown(comparison: Comparison) -> dict[str, Any]:
    pairs = comparison.pairs
    return as_json(
        ComparisonAnswer,
        {
            "left": shown_run(comparison.left),
            "right": shown_run(comparison.right),
            "pairs": pairs
            and [
                {"left": _side(pair.left), "right": _side(pair.right), "same": pair.is_same}
                for pair in pairs
            ],
            "divergence": comparison.divergence,
            "called": [
                {
                    "kind": one.op,
                    "name": one.name,
                    "left": one.left,
                    "right": one.right,
                    "left_ns": one.left_ns,
                    "right_ns": one.right_ns,
                }
                for one in comparison.mix
            ],
            "recalled": comparison.recalled,
        },
    )


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "trace_id": side.trace_id,
        "span_id": side.span_id,
        "name": side.name,
        "kind": side.op,
        "failed": side.failed,
        "duration_ns": side.duration_ns,
    }

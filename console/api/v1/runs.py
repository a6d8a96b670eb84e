from typing import Any
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.ingest.columns import instant_ns
from audit.models import Run, Span
from audit.timelines.memory_mark import marks_of_steps
from audit.timelines.runs import RunFilter, RunOrder, find_runs, in_order
from audit.timelines.started import BY_START, instant_of, spans_of, started_after
from audit.timelines.step import step_of
from console.accounts.permissions import Permission
from console.api.paging import Order, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.queries import PageQuery
from console.api.v1.run_shapes import RunAnswer, RunQuery, SpanAnswer, shown_run, shown_step
from memory.access import run_for, visible_runs

FILTERS = {
    "state": "status",
    "agent": "agent",
    "tool": "tool",
    "model": "model",
    "error_type": "error_type",
    "subject": "subject",
    "service": "service",
    "min_cost": "costlier_nanos",
    "max_cost": "cheaper_nanos",
    "longer": "longer",
    "shorter": "shorter",
    "since": "since",
    "until": "until",
    "memory": "memory_id",
    "q": "text",
}


class RunsView(TenantView):
    needs = {"GET": Permission.TRACES_READ}

    @extend_schema(
        operation_id="runs_list",
        summary="List runs",
        description="What agents did. A filter on a tool, a model, an error type, a subject or an"
        " agent finds the runs with a step that has it.",
        tags=["runs"],
        parameters=[RunQuery],
        responses={200: page_shape(RunAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(RunQuery, request.query_params)
        order = RunOrder(asked["order"])
        runs = in_order(visible_runs(self.actor, find_runs(wanted_runs(asked))), order)
        page = page_of(runs, ORDERS[order], cursor=asked.get("cursor"), limit=asked["limit"])
        results = [shown_run(run) for run in page.rows]
        return Response({"results": results, "next_cursor": page.next_cursor})


class RunView(TenantView):
    needs = {"GET": Permission.TRACES_READ}

    @extend_schema(
        operation_id="runs_read",
        summary="Read a run",
        tags=["runs"],
        responses={200: RunAnswer, **problems(404)},
    )
    def get(self, _request: Request, run_id: str) -> Response:
        return Response(shown_run(run_for(self.actor, identifier(run_id, noun="run"))))


class RunSpansView(TenantView):
    needs = {"GET": Permission.TRACES_READ}

    @extend_schema(
        operation_id="runs_spans",
        summary="List the spans of a run",
        description="In the order they started, with the memories each one touched.",
        tags=["runs"],
        parameters=[PageQuery],
        responses={200: page_shape(SpanAnswer), **problems(404)},
    )
    def get(self, request: Request, run_id: str) -> Response:
        asked = checked(PageQuery, request.query_params)
        run = run_for(self.actor, identifier(run_id, noun="run"))
        page = page_of(spans_of(run), by_start(), cursor=asked.get("cursor"), limit=asked["limit"])
        steps = [step_of(span) for span in page.rows]
        marks = marks_of_steps(steps)
        results = [shown_step(step, marks.get(step.key, [])) for step in steps]
        return Response({"results": results, "next_cursor": page.next_cursor})


def wanted_runs(asked: dict[str, Any]) -> RunFilter:
    wanted = {column: asked[name] for name, column in FILTERS.items() if name in asked}
    if "errors" in asked:
        wanted["has_errors"] = asked["errors"] == "some"
    return RunFilter(**wanted)


def _most_first(order: RunOrder, name: str) -> Order[Run]:
    """By a whole number of the run's."""
    return Order(
        order.fields,
        "q16s",
        lambda run: (getattr(run, name), run.id.bytes),
        lambda number, raw_id: (
            Q(**{f"{name}__lt": number}) | Q(**{name: number, "id__lt": UUID(bytes=raw_id)})
        ),
    )


def _seen_before(microseconds: int, raw_id: bytes) -> Q:
    seen = instant_of(microseconds * 1000)
    return Q(last_seen__lt=seen) | Q(last_seen=seen, id__lt=UUID(bytes=raw_id))


def by_start() -> Order[Span]:
    return Order(
        BY_START,
        "q16s8s",
        lambda span: (span.start_ns, bytes(span.trace_id), bytes(span.span_id)),
        started_after,
    )


ORDERS: dict[RunOrder, Order[Run]] = {
    RunOrder.NEWEST: Order(
        RunOrder.NEWEST.fields,
        "q16s",
        lambda run: (instant_ns(run.last_seen) // 1000, run.id.bytes),
        _seen_before,
    ),
    RunOrder.LONGEST: _most_first(RunOrder.LONGEST, "took_us"),
    RunOrder.COSTLIEST: _most_first(RunOrder.COSTLIEST, "cost_nanos"),
    RunOrder.FAULTIEST: _most_first(RunOrder.FAULTIEST, "error_count"),
}

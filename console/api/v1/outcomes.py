from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.models import RunResult
from audit.outcomes import (
    RunName,
    outcomes_of,
    run_of_conversation,
    run_of_session,
    run_of_trace,
)
from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.outcome_shapes import (
    NamedOutcomeBody,
    OutcomeAnswer,
    OutcomeBody,
    ReportAnswer,
    reported,
    shown_outcome,
)
from console.api.v1.queries import NoQuery
from memory.access import run_for
from memory.actions import report_outcome

TAGS = ["runs"]
MOST_SHOWN = 100
REPORTED: dict[Any, Any] = {
    201: OpenApiResponse(ReportAnswer, description="On record."),
    **problems(400, 404, 409, 413, 415),
}


class OutcomeList(serializers.Serializer[Any]):
    results = OutcomeAnswer(many=True, help_text="The one that stands first, then the latest.")


class ReportingView(TenantView):
    def report(self, run: RunName, asked: dict[str, Any]) -> Answer:
        outcome = report_outcome(
            actor=self.actor,
            run=run,
            result=RunResult(asked["result"]),
            score=asked.get("score"),
            comment=asked.get("note", ""),
        )
        return Answer(reported(outcome), 201)


class OutcomesView(ReportingView):
    """A run by what its spans call it."""

    needs = {"POST": Permission.OUTCOME_REPORT}

    @extend_schema(
        operation_id="outcomes_report",
        summary="Report how a run went",
        description="By what its spans call it. Its spans need not have arrived.",
        tags=TAGS,
        request=NamedOutcomeBody,
        responses=REPORTED,
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(NamedOutcomeBody, request.data)
        if "conversation" in asked:
            run = run_of_conversation(asked["conversation"])
        elif "session" in asked:
            run = run_of_session(asked["session"])
        else:
            run = run_of_trace(bytes.fromhex(asked["trace_id"]))
        return self.report(run, asked)


class RunOutcomesView(ReportingView):
    """A run by its id."""

    needs = {"GET": Permission.TRACES_READ, "POST": Permission.OUTCOME_REPORT}

    @extend_schema(
        operation_id="runs_outcomes",
        summary="List the outcomes of a run",
        description="Every report. A person's stands before an agent's, a later before an earlier.",
        tags=TAGS,
        responses={200: OutcomeList, **problems(404)},
    )
    def get(self, request: Request, run_id: str) -> Response:
        checked(NoQuery, request.query_params)
        run = run_for(self.actor, identifier(run_id, noun="run"))
        return Response({"results": [shown_outcome(one) for one in outcomes_of(run)[:MOST_SHOWN]]})

    @extend_schema(
        operation_id="runs_report_outcome",
        summary="Report how this run went",
        tags=TAGS,
        request=OutcomeBody,
        responses=REPORTED,
    )
    @once
    def post(self, request: Request, run_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        run = run_for(self.actor, identifier(run_id, noun="run"))
        return self.report(RunName(run.id), checked(OutcomeBody, request.data))

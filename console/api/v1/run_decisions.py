from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.timelines.decision_page import deciding_steps, deciding_unit, decisions_around
from console.accounts.permissions import Permission
from console.api.paging import page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.queries import PageQuery
from console.api.v1.run_decision_shapes import RunDecisionAnswer, shown_decision
from console.api.v1.runs import by_start
from memory.access import run_for

MOST = 50  # of which each brings along what was called and recalled around it


class RunDecisionsView(TenantView):
    needs = {"GET": Permission.TRACES_READ}

    @extend_schema(
        operation_id="runs_decisions",
        summary="List the decisions of a run",
        description="Each call of a model with what was recalled for it, the tools it chose and"
        " what came back; where no such call was told, each turn of an agent. At most"
        f" {MOST} to a page. A page may hold fewer: of a call told twice one is a decision.",
        tags=["runs"],
        parameters=[PageQuery],
        responses={200: page_shape(RunDecisionAnswer), **problems(404)},
    )
    def get(self, request: Request, run_id: str) -> Response:
        asked = checked(PageQuery, request.query_params)
        run = run_for(self.actor, identifier(run_id, noun="run"))
        unit = deciding_unit(run)
        steps = page_of(
            deciding_steps(run, unit),
            by_start(),
            cursor=asked.get("cursor"),
            limit=min(asked["limit"], MOST),
        )
        page = decisions_around(run, steps.rows, unit)
        results = [shown_decision(page, one) for one in page.decisions]
        return Response({"results": results, "next_cursor": steps.next_cursor})

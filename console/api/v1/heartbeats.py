from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from audit.ingest.heartbeats import record_heartbeat
from audit.ingest.run_key import RunKey
from audit.models import Run, RunStatus, StitchedBy
from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import checked
from console.api.v1.answers import Shape, as_json
from console.api.v1.base import TenantView
from console.api.v1.queries import NoQuery
from console.api.v1.run_names import RunNameBody

NAMES = {
    "conversation": StitchedBy.CONVERSATION,
    "session": StitchedBy.SESSION,
    "trace_id": StitchedBy.TRACE,
}


class HeartbeatAnswer(Shape):
    run_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=RunStatus.choices)
    heartbeat_at = serializers.DateTimeField()
    stuck_at = serializers.DateTimeField(
        help_text="Unless it is heard of again, it counts as stuck from then on."
    )


class HeartbeatsView(TenantView):
    needs = {"POST": Permission.TRACES_INGEST}

    @extend_schema(
        operation_id="runs_heartbeat",
        summary="Say that a run is alive",
        description="For an agent at work on something long: its spans are sent when they end."
        " The run goes by what its spans call it, and they need not have arrived.",
        tags=["runs"],
        request=RunNameBody,
        responses={200: HeartbeatAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        [(name, value)] = checked(RunNameBody, request.data).items()
        return Answer(_shown(record_heartbeat(RunKey(NAMES[name], value))))


def _shown(run: Run) -> dict[str, Any]:
    return as_json(
        HeartbeatAnswer,
        {
            "run_id": run.id,
            "state": run.status,
            "heartbeat_at": run.last_heartbeat,
            "stuck_at": run.alive_at + run.patience,
        },
    )

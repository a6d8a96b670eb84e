"""Runs to be found: each one trace, sent as an agent's exporter would."""

from opentelemetry.proto.trace.v1.trace_pb2 import Status

from audit.ingest.receive import receive_protobuf
from audit.models import Run
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body

HOUR = 3600 * SECOND

STEPS = {
    "execute_tool lookup_order": {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "lookup_order",
        "error.type": "TimeoutError",
        "user.id": "customer-7",
    },
    "chat small-2": {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "small-2",
        "gen_ai.agent.name": "helper",
        "gen_ai.usage.cost": 0.25,
    },
    "Weigh the 100% evidence": {"input.value": "Nobody must find this by its wording."},
}

AGAIN = {"once more": {"error.type": "RateLimit"}}


def a_run(tenant, number, name, *, agent="clerk", took=SECOND, failed=False, at=None, steps=None):
    attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent}
    start = (at or moment_ns()) + number * SECOND
    trace_id, root = bytes([number]) * 16, bytes([number]) * 8
    span = a_span(
        name,
        trace_id=trace_id,
        span_id=root,
        start=start,
        seconds=took / SECOND,
        attributes=attributes,
        status=Status(code=2) if failed else Status(),
    )
    below = [
        a_span(step, trace_id=trace_id, parent=root, start=start, seconds=0.1, attributes=said)
        for step, said in (steps or {}).items()
    ]
    assert receive_protobuf(tenant.id, protobuf_body(span, *below)).stored == 1 + len(below)
    with tenant_scope(tenant.id):
        return Run.objects.get(key=(bytes([number]) * 16).hex())


def three_runs(tenant):
    """Short, long and failed; the long one is the clerk's, and so is the short one."""
    return {
        "short": a_run(tenant, 1, "short talk"),
        "long": a_run(tenant, 2, "long haul", took=HOUR, steps=STEPS),
        "failed": a_run(
            tenant, 3, "fell over", agent="courier", took=60 * SECOND, failed=True, steps=AGAIN
        ),
    }

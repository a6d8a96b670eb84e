"""A machine that recalls, each of its runs a trace of its own."""

from console.platform.requests import RequestContext, TraceContext, request_context
from console.tenancy.scope import tenant_scope
from memory.actions import recall_memories
from memory.retrieval.query import RecallQuery
from tests.cast import Machine


def recall_in_run(
    machine: Machine, query: str, run: int, *, times: int = 1, top_k: int = 10
) -> list[str]:
    """The texts recalled. One run may recall several times."""
    hits, asked = [], RecallQuery(query=query, top_k=top_k)
    for step in range(1, times + 1):
        trace = TraceContext(run.to_bytes(16, "big"), step.to_bytes(8, "big"))
        with request_context(RequestContext(trace=trace)), tenant_scope(machine.actor.tenant_id):
            hits = recall_memories(actor=machine.actor, query=asked).hits
    return [hit.version.content for hit in hits]

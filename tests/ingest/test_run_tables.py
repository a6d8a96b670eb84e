"""What a batch leaves beside its spans: by what runs are found, what agents did by minute."""

from datetime import UTC, datetime

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from audit.ingest.receive import receive_protobuf
from audit.models import AgentMinute, FacetKind, Run, RunFacet
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import SECOND, a_span, protobuf_body

pytestmark = pytest.mark.django_db

NOON = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()) * SECOND
TRACE = b"\7" * 16
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.agent.name": "clerk",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.provider.name": "openai",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
}
TOOL = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.agent.name": "clerk",
    "gen_ai.tool.name": "refund",
}


def ingest(tenant: Tenant, *spans: object) -> int:
    return receive_protobuf(tenant.id, protobuf_body(*spans)).stored  # type: ignore[arg-type]


def facets(tenant: Tenant) -> set[tuple[str, str]]:
    with tenant_scope(tenant.id):
        run = Run.objects.get()
        rows = RunFacet.objects.filter(run_id=run.id).values_list("kind", "value")
        return {(FacetKind(kind).name, value) for kind, value in rows}


def test_a_run_is_found_by_what_its_steps_are_made_of(acme: Tenant):
    failed = TOOL | {"error.type": "timeout"}
    spans = [
        a_span(trace_id=TRACE, attributes=CHAT),
        a_span("execute_tool refund", trace_id=TRACE, parent=b"\1" * 8, attributes=failed),
    ]
    ingest(acme, *spans)
    ingest(acme, *spans)
    assert facets(acme) == {
        ("OP", "model"),
        ("OP", "tool"),
        ("AGENT", "clerk"),
        ("MODEL", "gpt-5"),
        ("PROVIDER", "openai"),
        ("TOOL", "refund"),
        ("ERROR_TYPE", "timeout"),
    }


def test_a_handled_error_is_no_error_to_find_a_run_by(acme: Tenant):
    ingest(acme, a_span(attributes=TOOL | {"error.type": "timeout"}, status=Status(code=1)))
    assert ("ERROR_TYPE", "timeout") not in facets(acme)


def test_another_tenant_finds_none_of_them(acme: Tenant, globex: Tenant):
    ingest(acme, a_span(attributes=CHAT))
    with tenant_scope(globex.id):
        assert not RunFacet.objects.exists()
        assert not AgentMinute.objects.exists()


def test_an_agents_minute_counts_each_step_once_when_it_ends(acme: Tenant):
    running = a_span(trace_id=TRACE, span_id=b"\1" * 8, attributes=CHAT, start=NOON, seconds=0)
    ended = a_span(trace_id=TRACE, span_id=b"\1" * 8, attributes=CHAT, start=NOON, seconds=90)
    other = a_span(trace_id=TRACE, attributes=TOOL | {"error.type": "x"}, start=NOON, seconds=2)
    ingest(acme, running)
    with tenant_scope(acme.id):
        assert not AgentMinute.objects.exists()
    ingest(acme, ended, other)
    ingest(acme, ended, other, running)
    with tenant_scope(acme.id):
        tool, model = AgentMinute.objects.order_by("minute")
    assert (tool.agent, tool.op, tool.tool) == ("clerk", "tool", "refund")
    assert (tool.span_count, tool.error_count, tool.duration_us) == (1, 1, 2_000_000)
    assert (model.minute - tool.minute).total_seconds() == 60
    assert (model.span_count, model.input_tokens, model.output_tokens) == (1, 100, 20)
    assert model.duration_us == 90_000_000


def test_minutes_add_up_over_batches(acme: Tenant):
    for _ in range(3):
        memory = CHAT | {"gen_ai.operation.name": "search_memory"}
        ingest(acme, *(a_span(attributes=memory, start=NOON) for _ in range(4)))
    with tenant_scope(acme.id):
        minute = AgentMinute.objects.get()
    assert (minute.span_count, minute.memory_reads, minute.memory_writes) == (12, 12, 0)


def test_a_clock_gone_wild_overflows_no_sum(acme: Tenant):
    for _ in range(2):
        spans = [a_span(attributes=TOOL, start=1) for _ in range(3)]
        for span in spans:
            span.end_time_unix_nano = 2**63 - 1
        assert ingest(acme, *spans) == 3
    with tenant_scope(acme.id):
        assert AgentMinute.objects.get().span_count == 6

"""Pydantic AI and Logfire, whose pending spans tell of spans that run."""

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

from audit.dialects.dialect import Op
from audit.dialects.pending import settled
from audit.ingest.content import content_of
from audit.ingest.receive import receive_protobuf
from audit.models import Run, Span
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.dialects.spans import a_record, meaning
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body

TRACE, ROOT, CHILD = b"\1" * 16, b"\2" * 8, b"\3" * 8
NO_PARENT = "0" * 16


def test_an_older_agent_span_is_known_by_what_it_holds():
    found = meaning(
        {
            "agent_name": "clerk",
            "model_name": "gpt-4o",
            "gen_ai.usage.input_tokens": 10,
            "all_messages_events": "[]",
        },
        "agent run",
    )
    assert (found.op, found.agent, found.model) == (Op.AGENT, "clerk", "gpt-4o")
    assert found.input_tokens is None


def test_a_newer_agent_span_names_its_agent_and_conversation():
    found = meaning(
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "clerk",
            "gen_ai.conversation.id": "c-1",
            "pydantic_ai.all_messages": "[]",
        }
    )
    assert (found.op, found.agent, found.conversation) == (Op.AGENT, "clerk", "c-1")


def test_a_call_of_a_model_tells_its_cost():
    found = meaning(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 10,
            "gen_ai.usage.output_tokens": 2,
            "operation.cost": 0.000115,
        }
    )
    assert (found.model, found.input_tokens, found.cost_nanos) == ("gpt-4o", 10, 115_000)


def test_a_running_tool_is_known_by_its_call_and_one_of_memory_by_its_name():
    call = {"gen_ai.tool.name": "refund", "gen_ai.tool.call.id": "c1", "tool_arguments": "{}"}
    assert (meaning(call).op, meaning(call).tool) == (Op.TOOL, "refund")
    assert meaning(call | {"gen_ai.tool.name": "recall"}).op is Op.MEMORY_READ


def a_pending(start: int) -> Message:
    """What Logfire sends when the root begins: its own id, the root as its parent, no length."""
    attributes = {
        "logfire.span_type": "pending_span",
        "logfire.pending_parent_id": NO_PARENT,
        "gen_ai.operation.name": "invoke_agent",
    }
    span = a_span("answer", trace_id=TRACE, parent=ROOT, start=start, attributes=attributes)
    span.end_time_unix_nano = start
    return span


def a_root(start: int) -> Message:
    attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"}
    return a_span(
        "answer", trace_id=TRACE, span_id=ROOT, start=start, seconds=9, attributes=attributes
    )


def test_a_pending_span_is_the_running_span_that_it_tells_of():
    attributes = {"logfire.span_type": "pending_span", "logfire.pending_parent_id": CHILD.hex()}
    running = settled(a_record(attributes, parent_id=ROOT))
    assert (running.span_id, running.parent_id, running.end_ns) == (ROOT, CHILD, 0)
    root = settled(a_record(attributes | {"logfire.pending_parent_id": NO_PARENT}, parent_id=ROOT))
    assert root.parent_id is None


@pytest.mark.parametrize("parent", ["", "xyz", "00", 7, None])
def test_a_pending_span_with_a_parent_that_does_not_hold_is_a_root(parent: object):
    attributes = {"logfire.span_type": "pending_span", "logfire.pending_parent_id": parent}
    assert settled(a_record(attributes, parent_id=ROOT)).parent_id is None


@pytest.mark.django_db
def test_a_pending_span_runs_until_its_end_replaces_it_and_is_never_a_step_of_its_own(acme: Tenant):
    start = moment_ns()
    receive_protobuf(acme.id, protobuf_body(a_pending(start)))
    with tenant_scope(acme.id):
        running = Span.objects.get()
        assert (bytes(running.span_id), running.parent_id) == (ROOT, None)
        assert (running.state, running.op, running.duration_ns) == ("running", "agent", None)
        assert Run.objects.get().status == "running"
    receive_protobuf(acme.id, protobuf_body(a_root(start), a_pending(start)))
    receive_protobuf(acme.id, protobuf_body(a_pending(start)))
    with tenant_scope(acme.id):
        ended = Span.objects.get()
        assert (ended.state, ended.duration_ns, ended.agent) == ("done", 9 * SECOND, "clerk")
        assert "logfire.span_type" not in content_of(ended)["attributes"]
        run = Run.objects.get()
        assert (run.status, run.span_count, run.open_spans) == ("finished", 1, 0)

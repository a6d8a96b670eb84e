"""A step in full, and the steps that led up to it."""

import json

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from audit.timelines.as_text import as_text
from audit.timelines.detail import INPUTS, OUTPUTS, span_detail
from audit.timelines.step import step_at, steps_before
from console.platform.errors import NotFoundError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import SECOND, a_span, moment_ns, pairs
from tests.timelines.conftest import Ingest

pytestmark = pytest.mark.django_db
TRACE, SPAN = b"\1" * 16, b"\2" * 8


def test_a_step_shows_what_went_in_what_came_out_and_everything_raw(
    acme: Tenant, ingest: Ingest, django_assert_num_queries
):
    messages = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "<b>hi"}]}])
    ingest(
        a_span(
            "chat",
            trace_id=TRACE,
            span_id=SPAN,
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.input.messages": messages,
                "output.value": "hello",
                "nested": {"a": [1, None]},
            },
            status=Status(code=2, message="refused"),
            events=[
                Message.Event(name="exception", time_unix_nano=SECOND, attributes=pairs({"k": "v"}))
            ],
            links=[Message.Link(trace_id=b"\3" * 16, span_id=b"\4" * 8)],
        )
    )
    with tenant_scope(acme.id), django_assert_num_queries(3):
        shown = span_detail(TRACE, SPAN)
    assert shown.first_of(INPUTS) == ("gen_ai.input.messages", messages)
    assert shown.first_of(OUTPUTS) == ("output.value", "hello")
    assert shown.operation == "chat"
    assert shown.status_message == "refused"
    assert shown.attributes["nested"] == {"a": [1, None]}
    assert shown.resource == {"service.name": "support-desk"}
    assert shown.scope == "tests"
    [event] = shown.events
    assert (event.name, event.at.timestamp(), event.attributes) == ("exception", 1, {"k": "v"})
    assert shown.links[0].span_id == "04" * 8


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ('{"a":1}', '{\n  "a": 1\n}'),
        ({"a": 1}, '{\n  "a": 1\n}'),
        ("{not json", "{not json"),
        ("[" * 900 + "]" * 900, "[" * 900 + "]" * 900),
        ("[" * 9000, "[" * 9000),
    ],
)
def test_a_value_reads_as_indented_json_where_it_is_json_and_not_too_deep(value: object, text: str):
    assert as_text(value) == text


def test_a_span_of_nobody_or_of_another_tenant_is_not_found(
    acme: Tenant, globex: Tenant, ingest: Ingest
):
    ingest(a_span(trace_id=TRACE, span_id=SPAN))
    with tenant_scope(globex.id):
        assert step_at(TRACE, SPAN) is None
        with pytest.raises(NotFoundError):
            span_detail(TRACE, SPAN)


def test_the_steps_before_one_are_the_runs_own_in_order_without_the_noise(
    acme: Tenant, ingest: Ingest, django_assert_num_queries
):
    start = moment_ns()
    conversation = {"gen_ai.conversation.id": "case-7", "gen_ai.operation.name": "chat"}
    plain = {"http.request.method": "GET"}
    ingest(
        *(a_span(f"step-{n}", start=start + n * SECOND, attributes=conversation) for n in range(6)),
        a_span("GET", start=start + 3 * SECOND, attributes=plain),
        a_span("elsewhere", start=start + 4 * SECOND, attributes={"gen_ai.operation.name": "chat"}),
        a_span(
            "create_memory",
            trace_id=TRACE,
            span_id=SPAN,
            start=start + 5 * SECOND,
            attributes=conversation | {"gen_ai.operation.name": "create_memory"},
        ),
    )
    with tenant_scope(acme.id), django_assert_num_queries(2):
        step = step_at(TRACE, SPAN)
        assert step is not None
        before = steps_before(step, 3)
    assert [earlier.name for earlier in before] == ["step-2", "step-3", "step-4"]
    assert step.lane == "memory_write"

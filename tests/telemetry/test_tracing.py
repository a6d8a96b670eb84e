"""What Mnemoscope does is spans, for whoever runs it; what anybody wrote is in none of them."""

import pytest
from opentelemetry import trace
from opentelemetry.trace import StatusCode

from console.platform.errors import NotPermittedError
from console.platform.telemetry.tracing import start_tracing
from console.tenancy.scope import tenant_scope
from memory.actions import recall_memories, write_memory
from memory.retrieval.query import RecallQuery
from memory.writes import Write
from tests.cast import Machine, Person
from tests.telemetry.conftest import Spans

pytestmark = pytest.mark.django_db
WRITE = Write(content="Jonas Weber's locker opens with 4711.", subject="customer-1")


def test_a_write_and_a_recall_are_memory_operations_as_agents_name_them(
    robo: Machine, spans: Spans
):
    with tenant_scope(robo.actor.tenant_id):
        memory = write_memory(actor=robo.actor, write=WRITE).memory
        recall_memories(actor=robo.actor, query=RecallQuery(query="locker of Jonas"))
    [written], [recalled] = spans.named("create_memory"), spans.named("search_memory")
    assert written.attributes["gen_ai.operation.name"] == "create_memory"
    assert written.attributes["gen_ai.memory.record.id"] == str(memory.id)
    assert recalled.attributes["gen_ai.memory.record.count"] == 1
    assert recalled.attributes["mnemoscope.tenant.id"] == str(robo.actor.tenant_id)


def test_statements_are_below_the_request_and_say_neither_values_nor_the_context(
    robo: Machine, spans: Spans
):
    with (
        trace.get_tracer("tests").start_as_current_span("a request") as request,
        tenant_scope(robo.actor.tenant_id),
    ):
        write_memory(actor=robo.actor, write=WRITE)
    inserts = spans.named("INSERT")
    assert inserts
    assert {span.context.trace_id for span in inserts} == {request.get_span_context().trace_id}
    assert {span.attributes["db.system.name"] for span in inserts} == {"postgresql"}
    for told in ("4711", "customer-1", "mnemoscope.context = '"):
        assert told not in spans.everything


def test_outside_a_trace_statements_are_no_spans(robo: Machine, spans: Spans):
    with tenant_scope(robo.actor.tenant_id):
        assert list(type(robo.agent).objects.all())
    assert spans.named("SELECT") == []


def test_what_fails_is_told_by_its_class_and_not_by_its_words(carol: Person, spans: Spans):
    with tenant_scope(carol.actor.tenant_id), pytest.raises(NotPermittedError):
        write_memory(actor=carol.actor, write=WRITE)
    [failed] = spans.named("create_memory")
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.attributes["error.type"] == "NotPermittedError"
    assert (failed.events, failed.status.description) == ((), None)


@pytest.mark.parametrize(
    "environment",
    [{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}],
)
def test_nothing_is_exported_unless_an_endpoint_is_named(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert start_tracing("mnemoscope-web") is False

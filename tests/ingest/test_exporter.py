"""The OpenTelemetry SDK's own exporter against a real server."""

from collections.abc import Iterator
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Status, StatusCode

from audit.models import Run, Span
from console.administration import create_tenant
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.cast import an_agent

pytestmark = pytest.mark.slow


class ThreadingServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class SilentHandler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def address(committed_db: None) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, WSGIHandler(), ThreadingServer, SilentHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces"
    server.shutdown()
    server.server_close()
    connection.close()


@pytest.fixture
def tenant(committed_db: None) -> Tenant:
    return create_tenant(slug="acme", name="Acme")


def exporter(address: str, key: str, **options: Any) -> OTLPSpanExporter:
    return OTLPSpanExporter(address, headers={"Authorization": f"Bearer {key}"}, **options)


@pytest.mark.parametrize(
    "compression", [Compression.NoCompression, Compression.Gzip, Compression.Deflate]
)
def test_spans_of_the_sdk_arrive_as_they_were(address: str, tenant: Tenant, compression):
    provider = TracerProvider(resource=Resource({"service.name": "desk"}))
    key = an_agent(tenant, "robo").key
    provider.add_span_processor(BatchSpanProcessor(exporter(address, key, compression=compression)))
    tracer = provider.get_tracer("tests")
    with tracer.start_as_current_span(
        "invoke_agent clerk",
        attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": "case-7"},
    ) as root:
        for number in range(700):
            with tracer.start_as_current_span("execute_tool refund") as span:
                span.set_attribute("gen_ai.operation.name", "execute_tool")
                if number == 3:
                    span.record_exception(ValueError("no such order"))
                    span.set_status(Status(StatusCode.ERROR))
    provider.shutdown()
    with tenant_scope(tenant.id):
        run = Run.objects.get()
        assert (run.span_count, run.error_count, run.status) == (701, 1, "finished")
        assert (run.name, run.key, run.service) == ("invoke_agent clerk", "case-7", "desk")
        stored = Span.objects.get(parent_id=None)
        assert bytes(stored.trace_id) == root.get_span_context().trace_id.to_bytes(16)
        failed = Span.objects.get(status="error")
        assert (failed.op, failed.error_type) == ("tool", "ValueError")


def test_the_sdk_takes_a_bad_key_for_a_failure(address: str, tenant: Tenant):
    assert exporter(address, "nonsense").export([]) is SpanExportResult.FAILURE
    assert exporter(address, an_agent(tenant, "robo").key).export([]) is SpanExportResult.SUCCESS

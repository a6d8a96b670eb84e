"""What a sender over gRPC is told, and that its spans go where those over HTTP go."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import grpc
import psutil
import pytest
from django.db import DataError, OperationalError, connection
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub
from opentelemetry.sdk.trace.export import SpanExportResult

from audit.ingest.record import SpanRecord
from audit.ingest.store import store_spans
from audit.models import AuditEvent, Outcome, Span
from console.accounts.permissions import Permission
from console.administration import create_tenant
from console.api import otlp_grpc
from console.api.otlp_budget import budget
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.cast import Machine, an_agent
from tests.ingest.messages import a_span, export

ADDRESSES = {each.address for all_of_it in psutil.net_if_addrs().values() for each in all_of_it}
LIMIT = 64 * 1024 * 1024


@pytest.fixture
def tenant(committed_db: None) -> Iterator[Tenant]:
    yield create_tenant(slug="acme", name="Acme")
    connection.close()


@pytest.fixture
def robo(tenant: Tenant) -> Machine:
    return an_agent(tenant, "robo")


@pytest.fixture
def address(committed_db: None) -> Iterator[str]:
    server, port = otlp_grpc.start("127.0.0.1", 0)
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture
def channel(address: str) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(address, [("grpc.max_send_message_length", -1)]) as channel:
        yield channel


class Sender:
    """Robo's exporter, down to the message and the metadata of the call."""

    def __init__(self, channel: grpc.Channel, key: str) -> None:
        self.stub = TraceServiceStub(channel)
        self.key = key

    def send(
        self,
        request: ExportTraceServiceRequest,
        compression: grpc.Compression = grpc.Compression.NoCompression,
        **metadata: str,
    ) -> ExportTraceServiceResponse:
        given = {"authorization": f"Bearer {self.key}", **metadata}
        pairs = tuple((name.replace("_", "-"), value) for name, value in given.items())
        return self.stub.Export(request, metadata=pairs, compression=compression, timeout=30)

    def refusal(
        self, request: ExportTraceServiceRequest, **metadata: str
    ) -> tuple[grpc.StatusCode, Status]:
        with pytest.raises(grpc.RpcError) as raised:
            self.send(request, **metadata)
        return raised.value.code(), status_of(raised.value)


@pytest.fixture
def sender(channel: grpc.Channel, robo: Machine) -> Sender:
    return Sender(channel, robo.key)


def status_of(error: grpc.RpcError) -> Status:
    """The status that a client of OTLP looks into for whether to send again."""
    [details] = [v for k, v in error.trailing_metadata() if k == "grpc-status-details-bin"]
    status = Status.FromString(details)
    assert (status.code, status.message) == (error.code().value[0], error.details())
    return status


def stored(tenant: Tenant) -> int:
    with tenant_scope(tenant.id):
        return Span.objects.count()


@pytest.mark.parametrize("compression", list(grpc.Compression))
def test_spans_are_stored_and_answered_with_an_empty_response(
    sender: Sender, tenant: Tenant, compression: grpc.Compression
):
    answer = sender.send(export(a_span(), a_span()), compression)
    assert answer == ExportTraceServiceResponse()
    assert not answer.HasField("partial_success")
    assert stored(tenant) == 2


def test_an_export_of_nothing_succeeds(sender: Sender, tenant: Tenant):
    assert sender.send(export()) == ExportTraceServiceResponse()
    assert stored(tenant) == 0


def test_a_span_without_an_id_is_rejected_and_the_rest_stored(sender: Sender, tenant: Tenant):
    said = sender.send(export(a_span(), a_span("lost", span_id=b""))).partial_success
    assert said.rejected_spans == 1
    assert "lost" in said.error_message
    assert stored(tenant) == 1


def test_an_export_of_bad_spans_only_is_an_invalid_argument(sender: Sender, tenant: Tenant):
    code, status = sender.refusal(export(a_span(span_id=b"")))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    detail = BadRequest()
    assert status.details[0].Unpack(detail)
    assert "spanId" in detail.field_violations[0].description
    assert stored(tenant) == 0


def test_bytes_that_are_no_export_are_an_invalid_argument(channel: grpc.Channel, robo: Machine):
    raw = channel.unary_unary(f"/{otlp_grpc.TRACES}/Export")
    with pytest.raises(grpc.RpcError) as raised:
        raw(b"\xff\xff\xff", metadata=(("authorization", f"Bearer {robo.key}"),))
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "not an OTLP trace export" in status_of(raised.value).message


@pytest.mark.parametrize("authorization", ["", "Bearer nonsense", "Basic abc"])
def test_a_bad_key_is_unauthenticated(sender: Sender, tenant: Tenant, authorization: str):
    code, status = sender.refusal(export(a_span()), authorization=authorization)
    assert code is grpc.StatusCode.UNAUTHENTICATED
    assert not status.details
    assert stored(tenant) == 0


def test_a_key_that_may_not_send_traces_is_denied_and_the_refusal_kept(
    channel: grpc.Channel, tenant: Tenant
):
    writer = an_agent(tenant, "writer", scopes=frozenset({Permission.MEMORY_WRITE}))
    code, _ = Sender(channel, writer.key).refusal(export(a_span()))
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert stored(tenant) == 0
    with tenant_scope(tenant.id):
        refusal = AuditEvent.objects.get(outcome=Outcome.REFUSED)
        assert refusal.actor_id == writer.agent.id
        assert refusal.payload["door"] == "gRPC TraceService/Export"


def test_a_key_of_another_tenant_than_the_one_named_is_denied(sender: Sender, tenant: Tenant):
    code, _ = sender.refusal(export(a_span()), x_mnemoscope_tenant="globex")
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert stored(tenant) == 0
    sender.send(export(a_span()), x_mnemoscope_tenant="acme")
    assert stored(tenant) == 1


@pytest.mark.parametrize("compression", list(grpc.Compression))
def test_a_message_past_the_limit_is_refused_for_good(
    sender: Sender, tenant: Tenant, compression: grpc.Compression
):
    large = export(a_span(attributes={"gen_ai.output.messages": "x" * LIMIT}))
    with pytest.raises(grpc.RpcError) as raised:
        sender.send(large, compression)
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    # With RetryInfo it would be sent again, for ever.
    assert "grpc-status-details-bin" not in dict(raised.value.trailing_metadata())
    assert stored(tenant) == 0


@pytest.mark.parametrize("error", [OperationalError("shutting down"), MemoryError()])
def test_what_passes_asks_for_a_retry_and_acknowledges_nothing(
    sender: Sender, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("audit.ingest.receive.store_spans", fail)
        code, status = sender.refusal(export(a_span()))
    assert code is grpc.StatusCode.UNAVAILABLE
    retry = RetryInfo()
    assert status.details[0].Unpack(retry)
    assert retry.retry_delay.seconds > 0
    assert "shutting down" not in status.message
    assert stored(tenant) == 0
    sender.send(export(a_span()))
    assert stored(tenant) == 1


def test_a_process_that_holds_too_much_asks_for_a_retry(sender: Sender, tenant: Tenant):
    with budget.hold(budget.limit):
        code, status = sender.refusal(export(a_span()))
    assert code is grpc.StatusCode.UNAVAILABLE
    assert status.details[0].Is(RetryInfo.DESCRIPTOR)
    assert stored(tenant) == 0


@pytest.mark.parametrize("error", [DataError("value 'secret'"), LookupError("value 'secret'")])
def test_what_nobody_foresaw_is_internal_and_tells_nothing(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("audit.ingest.receive.store_spans", fail)
    with pytest.raises(grpc.RpcError) as raised:
        sender.send(export(a_span()))
    assert raised.value.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in raised.value.details()


def test_logs_and_metrics_are_told_that_they_are_not_taken(channel: grpc.Channel):
    for call, request, signal in (
        (LogsServiceStub(channel).Export, ExportLogsServiceRequest(), "logs"),
        (MetricsServiceStub(channel).Export, ExportMetricsServiceRequest(), "metrics"),
    ):
        with pytest.raises(grpc.RpcError) as raised:
            call(request)
        assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED
        assert f"traces, not {signal}" in raised.value.details()


def test_another_service_is_not_known(channel: grpc.Channel):
    with pytest.raises(grpc.RpcError) as raised:
        channel.unary_unary("/some.Service/Method")(b"")
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("service", ["", otlp_grpc.TRACES])
def test_its_health_can_be_asked_for(channel: grpc.Channel, service: str):
    asked = health_pb2.HealthCheckRequest(service=service)
    answer = health_pb2_grpc.HealthStub(channel).Check(asked)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_what_is_under_way_is_stored_before_the_server_stops(
    tenant: Tenant, robo: Machine, monkeypatch: pytest.MonkeyPatch
):
    begun, go_on = Event(), Event()

    def store_slowly(spans: Sequence[SpanRecord]) -> int:
        begun.set()
        assert go_on.wait(20)
        return store_spans(spans)

    monkeypatch.setattr("audit.ingest.receive.store_spans", store_slowly)
    server, port = otlp_grpc.start("127.0.0.1", 0)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(Sender(channel, robo.key).send, export(a_span()))
        assert begun.wait(20)
        stopped = server.stop(20)
        go_on.set()
        assert answer.result(20) == ExportTraceServiceResponse()
        stopped.wait()
    assert stored(tenant) == 1


@pytest.mark.skipif("::1" not in ADDRESSES, reason="This machine has no IPv6.")
def test_it_listens_on_an_address_of_ipv6():
    server, port = otlp_grpc.start("::1", 0)
    with grpc.insecure_channel(f"[::1]:{port}") as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    server.stop(None).wait()
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_a_port_that_is_taken_is_an_error_and_not_shared(address: str):
    with pytest.raises(RuntimeError):
        otlp_grpc.start("127.0.0.1", int(address.rpartition(":")[2]))


def test_the_sdk_takes_a_bad_key_for_a_failure(address: str, tenant: Tenant, robo: Machine):
    def exporter(key: str) -> OTLPSpanExporter:
        headers = {"authorization": f"Bearer {key}"}
        return OTLPSpanExporter(address, insecure=True, headers=headers)

    assert exporter("nonsense").export([]) is SpanExportResult.FAILURE
    assert exporter(robo.key).export([]) is SpanExportResult.SUCCESS

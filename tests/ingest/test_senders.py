"""Real exporters against a real instance: granian, the gRPC process, PostgreSQL.

Those of JavaScript run where Node is and `npm install` was run in tests/ingest/javascript. The
Collector and Go's SDK are not to be had from a package registry: what Go's net/http writes for the
Collector's otlphttp exporter (User-Agent, lengths, then sorted headers, then Accept-Encoding) is
sent byte for byte.
"""

import gzip
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import grpc
import psycopg
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as OverGrpc
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as OverHttp
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from console.runtime.postgres import EmbeddedPostgres
from tests.ingest.messages import a_span, json_body, protobuf_body
from tests.instance import Instance, running_instance

pytestmark = pytest.mark.slow
JAVASCRIPT = Path(__file__).with_name("javascript")
COUNT = 700  # more than one batch of any SDK


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    with running_instance(grpc=True) as instance:
        yield instance


@pytest.fixture
def key(instance: Instance) -> str:
    return str(instance.demo["agent_key"])


def run_of(instance: Instance, conversation: str) -> tuple[Any, ...]:
    """Its name, spans as counted and as stored, errors and state."""
    query = (
        "SELECT name, span_count, (SELECT count(*) FROM audit_span WHERE run_id = r.id),"
        " error_count, open_traces FROM audit_run r WHERE key = %s"
    )
    dsn = EmbeddedPostgres(instance.home).dsn(database="mnemoscope")
    with psycopg.connect(dsn) as connection:
        [row] = connection.execute(query, [conversation]).fetchall()
        return row


WHOLE = ("invoke_agent clerk", COUNT + 1, COUNT + 1, 1, 0)


def export_a_turn(exporter: SpanExporter, conversation: str) -> None:
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("tests")
    attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": conversation}
    with tracer.start_as_current_span("invoke_agent clerk", attributes=attributes):
        for number in range(COUNT):
            span = tracer.start_span("execute_tool refund")
            if number == 3:
                span.record_exception(ValueError("no such order"))
            span.end()
    provider.shutdown()


@pytest.mark.parametrize("compression", list(Compression), ids=lambda each: each.value)
def test_the_python_sdk_over_http(instance: Instance, key: str, compression: Compression):
    headers = {"Authorization": f"Bearer {key}"}
    url = f"{instance.url}/v1/traces"
    exporter = OverHttp(url, headers=headers, compression=compression)
    export_a_turn(exporter, f"python-http-{compression.value}")
    assert run_of(instance, f"python-http-{compression.value}") == WHOLE


@pytest.mark.parametrize("compression", list(grpc.Compression), ids=lambda each: each.name)
def test_the_python_sdk_over_grpc(instance: Instance, key: str, compression: grpc.Compression):
    headers = {"authorization": f"Bearer {key}"}
    exporter = OverGrpc(instance.grpc, insecure=True, headers=headers, compression=compression)
    export_a_turn(exporter, f"python-grpc-{compression.name}")
    assert run_of(instance, f"python-grpc-{compression.name}") == WHOLE


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed.")
@pytest.mark.skipif(
    not (JAVASCRIPT / "node_modules").exists(),
    reason="`npm install` was not run in tests/ingest/javascript.",
)
@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("protocol", ["http", "proto", "grpc"])
def test_the_javascript_sdk(instance: Instance, key: str, protocol: str, compression: str):
    address = f"http://{instance.grpc}" if protocol == "grpc" else f"{instance.url}/v1/traces"
    sent = subprocess.run(
        ["node", "send.mjs", protocol, address, key, compression, str(COUNT)],
        cwd=JAVASCRIPT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert sent.stderr == ""
    assert run_of(instance, f"js-{protocol}-{compression}") == WHOLE


class Collector:
    """The otlphttp exporter's connection, which it keeps."""

    def __init__(self, instance: Instance, key: str) -> None:
        self.host = instance.url.removeprefix("http://")
        host, _, port = self.host.partition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self.key = key

    def answer(self, request: bytes) -> HTTPResponse:
        self.socket.sendall(request)
        answer = HTTPResponse(self.socket)
        answer.begin()
        return answer

    def export(self, body: bytes, media_type: str = "application/x-protobuf") -> HTTPResponse:
        sent = gzip.compress(body)
        head = (
            "POST /v1/traces HTTP/1.1\r\n"
            f"Host: {self.host}\r\n"
            "User-Agent: OpenTelemetry Collector Contrib/0.156.0 (linux/amd64)\r\n"
            f"Content-Length: {len(sent)}\r\n"
            f"Authorization: Bearer {self.key}\r\n"
            "Content-Encoding: gzip\r\n"
            f"Content-Type: {media_type}\r\n"
            "Accept-Encoding: gzip\r\n"
            "\r\n"
        )
        return self.answer(head.encode() + sent)


@pytest.fixture
def collector(instance: Instance, key: str) -> Iterator[Collector]:
    collector = Collector(instance, key)
    yield collector
    collector.socket.close()


def a_turn(conversation: str) -> list[Any]:
    trace_id, root_id = conversation.encode()[:16].rjust(16, b"\1"), b"\1" * 8
    attributes = {"gen_ai.conversation.id": conversation}
    root = a_span("invoke_agent clerk", trace_id=trace_id, span_id=root_id, attributes=attributes)
    steps = [a_span("execute_tool refund", trace_id=trace_id, parent=root_id) for _ in range(COUNT)]
    steps[3].status.code = 2
    return [root, *steps]


@pytest.mark.parametrize(
    ("media_type", "build"),
    [("application/x-protobuf", protobuf_body), ("application/json", json_body)],
    ids=["proto", "json"],
)
def test_the_collector_over_http(
    instance: Instance, collector: Collector, media_type: str, build: Callable[..., bytes]
):
    conversation = f"collector-{media_type[-4:]}"
    spans = a_turn(conversation)
    for batch in (spans[:300], spans[300:], spans[300:]):  # it repeats what it is not sure of
        answer = collector.export(build(*batch), media_type)
        assert (answer.status, answer.headers["Content-Type"]) == (200, media_type)
        assert answer.read() in {b"", b"{}"}
    assert run_of(instance, conversation) == WHOLE


def test_the_collector_reads_a_long_refusal_compressed(collector: Collector):
    answer = collector.export(protobuf_body(*(a_span(span_id=b"") for _ in "1234")))
    assert (answer.status, answer.headers["Content-Encoding"]) == (400, "gzip")
    assert "spanId is missing" in Status.FromString(gzip.decompress(answer.read())).message


def test_a_body_in_pieces_of_unknown_length_is_put_together(
    instance: Instance, collector: Collector, key: str
):
    body = protobuf_body(*a_turn("in-pieces"))
    head = (
        f"POST /v1/traces HTTP/1.1\r\nHost: {collector.host}\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/x-protobuf\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    pieces = [body[at : at + 10_000] for at in range(0, len(body), 10_000)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    assert collector.answer(head.encode() + chunks + b"0\r\n\r\n").status == 200
    assert run_of(instance, "in-pieces") == WHOLE

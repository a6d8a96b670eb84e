"""What a sender of traces is answered. The statuses are the OTLP specification's."""

import gzip
import json
import tracemalloc
import zlib

import pytest
from django.db import OperationalError, connection
from django.test import Client
from google.rpc.error_details_pb2 import BadRequest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from audit.models import AuditEvent, Outcome, Run, Span, SpanContent
from console.accounts.permissions import Permission
from console.api.otlp import budget
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.cast import Machine, Person, an_agent
from tests.ingest.conftest import JSON, PROTOBUF, Send
from tests.ingest.messages import a_span, json_body, json_document, protobuf_body

pytestmark = pytest.mark.django_db
LIMIT = 64 * 1024 * 1024


def stored(tenant: Tenant) -> int:
    with tenant_scope(tenant.id):
        return Span.objects.count()


def status_of(body: bytes) -> Status:
    return Status.FromString(body)


def partial(body: bytes) -> ExportTraceServiceResponse:
    return ExportTraceServiceResponse.FromString(body)


def test_a_protobuf_export_is_stored_and_answered_with_no_bytes(send: Send, acme: Tenant):
    answer = send(protobuf_body(a_span(), a_span()))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Type"] == PROTOBUF
    assert stored(acme) == 2


def test_a_json_export_is_stored_and_answered_with_an_empty_object(send: Send, acme: Tenant):
    answer = send(json_body(a_span()), JSON)
    assert (answer.status_code, answer.content) == (200, b"{}")
    assert answer["Content-Type"] == JSON
    assert stored(acme) == 1


def test_ids_in_upper_case_are_the_same_ids(send: Send, acme: Tenant):
    span = a_span(trace_id=b"\xab" * 16)
    upper = json_document(span)
    sent = upper["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    sent["traceId"] = sent["traceId"].upper()
    assert send(json.dumps(upper).encode(), JSON).status_code == 200
    assert send(json_body(span), JSON).status_code == 200
    with tenant_scope(acme.id):
        assert bytes(Span.objects.get().trace_id) == b"\xab" * 16


def test_a_charset_after_the_media_type_is_accepted(send: Send, acme: Tenant):
    assert send(json_body(a_span()), "Application/JSON; charset=utf-8").status_code == 200
    assert stored(acme) == 1


@pytest.mark.parametrize("encode", [gzip.compress, zlib.compress])
@pytest.mark.parametrize(("media_type", "build"), [(PROTOBUF, protobuf_body), (JSON, json_body)])
def test_a_compressed_export_is_stored(send: Send, acme: Tenant, encode, media_type, build):
    name = "gzip" if encode is gzip.compress else "deflate"
    answer = send(encode(build(a_span())), media_type, Content_Encoding=name)
    assert answer.status_code == 200
    assert stored(acme) == 1


def test_an_unknown_encoding_is_a_bad_request(send: Send, acme: Tenant):
    answer = send(protobuf_body(a_span()), Content_Encoding="br")
    assert answer.status_code == 400
    assert "gzip" in status_of(answer.content).message
    assert stored(acme) == 0


def test_a_truncated_gzip_is_a_bad_request(send: Send, acme: Tenant):
    answer = send(gzip.compress(protobuf_body(a_span()))[:-9], Content_Encoding="gzip")
    assert answer.status_code == 400
    assert "ends early" in status_of(answer.content).message
    assert stored(acme) == 0


def test_a_bomb_is_refused_before_its_size_is_allocated(send: Send, settings):
    settings.OTLP_MAX_BODY_BYTES = 4 * 1024 * 1024
    bomb = gzip.compress(bytes(256 * 1024 * 1024), compresslevel=1)
    tracemalloc.start()
    answer = send(bomb, Content_Encoding="gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 413
    assert peak < 64 * 1024 * 1024


def test_one_byte_past_the_limit_is_too_large(send: Send, acme: Tenant):
    answer = send(bytes(LIMIT + 1))
    assert answer.status_code == 413
    assert str(LIMIT) in status_of(answer.content).message
    assert stored(acme) == 0


def test_no_content_type_is_unsupported(send: Send, acme: Tenant):
    answer = send(protobuf_body(a_span()), "")
    assert answer.status_code == 415
    assert answer["Content-Type"].startswith("text/plain")
    assert stored(acme) == 0


def test_get_is_not_allowed(client: Client):
    answer = client.get("/v1/traces")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert answer["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(("media_type", "body"), [(PROTOBUF, b""), (JSON, b"{}")])
def test_an_export_of_nothing_succeeds(send: Send, acme: Tenant, media_type: str, body: bytes):
    answer = send(body, media_type)
    assert answer.status_code == 200
    assert stored(acme) == 0


def test_a_span_without_an_id_is_rejected_and_the_rest_stored(send: Send, acme: Tenant):
    answer = send(protobuf_body(a_span(), a_span("lost", span_id=b"")))
    assert answer.status_code == 200
    said = partial(answer.content).partial_success
    assert said.rejected_spans == 1
    assert "lost" in said.error_message and "spanId" in said.error_message
    assert stored(acme) == 1


def test_the_rejection_is_told_in_json_too(send: Send):
    answer = send(json_body(a_span(), a_span(span_id=b"\1" * 7)), JSON)
    said = json.loads(answer.content)["partialSuccess"]
    assert said["rejectedSpans"] == "1"
    assert "7 bytes" in said["errorMessage"]


def test_an_export_of_bad_spans_only_is_a_bad_request(send: Send, acme: Tenant):
    answer = send(protobuf_body(a_span(span_id=b""), a_span(trace_id=b"")))
    assert answer.status_code == 400
    said = status_of(answer.content)
    detail = BadRequest()
    assert said.details[0].Unpack(detail)
    assert "traceId" in detail.field_violations[0].description
    assert stored(acme) == 0


def test_logs_sent_to_the_traces_path_are_named(send: Send, acme: Tenant):
    logs = ExportLogsServiceRequest()
    record = logs.resource_logs.add().scope_logs.add().log_records.add()
    record.time_unix_nano, record.body.string_value = 1, "hello"
    protobuf = send(logs.SerializeToString())
    assert protobuf.status_code == 400
    assert "logs" in status_of(protobuf.content).message
    in_json = send(b'{"resourceLogs": [{"scopeLogs": []}]}', JSON)
    assert in_json.status_code == 400
    assert "logs" in json.loads(in_json.content)["message"]
    assert stored(acme) == 0


@pytest.mark.parametrize(
    ("media_type", "body"), [(PROTOBUF, b"\xff\xff\xff"), (JSON, b"{nope"), (JSON, b"[]")]
)
def test_what_is_no_export_is_a_bad_request(send: Send, media_type: str, body: bytes):
    answer = send(body, media_type)
    assert answer.status_code == 400
    assert answer["Content-Type"] == media_type


def test_the_same_batch_twice_is_stored_once(send: Send, acme: Tenant):
    batch = protobuf_body(*(a_span(trace_id=b"\7" * 16) for _ in range(20)))
    assert [send(batch).status_code for _ in range(3)] == [200, 200, 200]
    with tenant_scope(acme.id):
        assert Span.objects.count() == 20
        assert SpanContent.objects.get().span_count == 20
        assert Run.objects.get().span_count == 20


def test_a_database_that_is_away_asks_for_a_retry_and_acknowledges_nothing(
    send: Send, acme: Tenant
):
    def away(*_: object) -> None:
        raise OperationalError("the database system is shutting down")

    with connection.execute_wrapper(away):
        answer = send(protobuf_body(a_span()))
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "send again" in status_of(answer.content).message
    assert "shutting down" not in status_of(answer.content).message
    assert stored(acme) == 0


def test_a_process_that_holds_too_much_asks_for_a_retry(send: Send, acme: Tenant):
    body = protobuf_body(a_span())
    with budget.hold(budget.limit):
        answer = send(body)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert stored(acme) == 0
    assert send(body).status_code == 200
    assert (stored(acme), budget.held) == (1, 0)


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic abc", "Bearer "])
def test_a_bad_key_is_refused_in_the_encoding_of_the_request(send: Send, acme, header: str):
    answer = send(json_body(a_span()), JSON, Authorization=header)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert json.loads(answer.content)["code"] == 16
    protobuf = send(protobuf_body(a_span()), Authorization=header)
    assert (protobuf.status_code, status_of(protobuf.content).code) == (401, 16)
    assert stored(acme) == 0


def test_a_key_that_may_not_send_traces_is_forbidden_and_the_refusal_kept(send: Send, acme: Tenant):
    writer = an_agent(acme, "writer", scopes=frozenset({Permission.MEMORY_WRITE}))
    answer = send(protobuf_body(a_span()), Authorization=f"Bearer {writer.key}")
    assert (answer.status_code, status_of(answer.content).code) == (403, 7)
    assert stored(acme) == 0
    with tenant_scope(acme.id):
        refusal = AuditEvent.objects.get(outcome=Outcome.REFUSED)
        assert refusal.actor_id == writer.agent.id
        assert refusal.payload["door"] == "POST /v1/traces"


def test_a_reader_may_not_send_traces(send: Send, carol: Person, acme: Tenant):
    answer = send(protobuf_body(a_span()), Authorization=f"Bearer {carol.key}")
    assert answer.status_code == 403
    assert stored(acme) == 0


def test_each_tenant_has_its_own_copy_of_the_same_ids(
    send: Send, acme: Tenant, globex: Tenant, spybot: Machine
):
    batch = protobuf_body(a_span())
    send(batch)
    send(batch, Authorization=f"Bearer {spybot.key}")
    assert (stored(acme), stored(globex)) == (1, 1)


def test_a_trace_of_ten_thousand_spans_is_stored_at_once(send: Send, acme: Tenant):
    trace_id = b"\5" * 16
    assert (
        send(protobuf_body(*(a_span(trace_id=trace_id) for _ in range(10_000)))).status_code == 200
    )
    assert stored(acme) == 10_000

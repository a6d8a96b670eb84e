"""What comes of what senders send: each line of OTLP's acceptance list that `test_receiver`,
`test_hostile_spans`, `test_exporter` and `test_grpc` do not hold."""

import gzip
import json
from typing import Any

import psycopg
import pytest
from backports import zstd
from django.db import connection
from django.db.utils import DataError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from audit.ingest.content import content_of
from audit.models import AuditEvent, Outcome, Run, Span
from console.api.otlp import export_traces
from console.platform.crypto.key_service import KeysUnavailableError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.cast import Machine
from tests.ingest.conftest import JSON, PROTOBUF, Send
from tests.ingest.messages import a_span, json_body, json_document, protobuf_body
from tests.ingest.test_receiver import status_of, stored

pytestmark = pytest.mark.django_db
TRACE, ROOT, CHILD = b"\1" * 16, b"\2" * 8, b"\3" * 8


def the_span(document: dict[str, Any]) -> dict[str, Any]:
    span: dict[str, Any] = document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    return span


def send_json(send: Send, document: dict[str, Any]) -> HttpResponse:
    return send(json.dumps(document).encode(), JSON)


@pytest.mark.parametrize(("media_type", "build"), [(PROTOBUF, protobuf_body), (JSON, json_body)])
def test_a_zstd_export_is_stored(send: Send, acme: Tenant, media_type: str, build: Any):
    body = zstd.compress(build(a_span()))
    assert send(body, media_type, Content_Encoding="zstd").status_code == 200
    assert stored(acme) == 1
    cut = send(body[:-3], media_type, Content_Encoding="zstd")
    assert cut.status_code == 400
    assert stored(acme) == 1


def test_fields_that_are_not_known_are_ignored(send: Send, acme: Tenant):
    document = json_document(a_span("chat gpt-5"))
    document["futureField"] = {"a": [1]}
    document["resourceSpans"][0]["entityRefs"] = [{"type": "service"}]
    document["resourceSpans"][0]["resource"]["droppedAttributesCount"] = 2
    the_span(document).update(futureId="zz", flags=257, droppedAttributesCount=1)
    assert send_json(send, document).content == b"{}"
    with tenant_scope(acme.id):
        assert Span.objects.get().name == "chat gpt-5"


def test_whole_numbers_are_taken_as_numbers_and_as_strings(send: Send, acme: Tenant):
    start = 1_790_000_000_123_456_789
    for number, written in enumerate((start, str(start))):
        document = json_document(a_span(span_id=bytes([number + 1]) * 8))
        span = the_span(document)
        span["startTimeUnixNano"] = span["endTimeUnixNano"] = written
        tokens = 2**53 + 1 if number else str(2**53 + 1)
        span["attributes"] = [{"key": "large", "value": {"intValue": tokens}}]
        assert send_json(send, document).content == b"{}"
    with tenant_scope(acme.id):
        spans = list(Span.objects.all())
        assert [span.start_ns for span in spans] == [start, start]
        assert [content_of(s)["attributes"] for s in spans] == [{"large": 2**53 + 1}] * 2


def test_the_name_of_an_enum_is_taken_for_its_number(send: Send, acme: Tenant):
    document = json_document(a_span())
    the_span(document).update(kind="SPAN_KIND_CLIENT", status={"code": "STATUS_CODE_ERROR"})
    assert send_json(send, document).content == b"{}"
    with tenant_scope(acme.id):
        span = Span.objects.get()
        assert (span.kind, span.status) == (3, "error")


@pytest.mark.parametrize(("media_type", "build"), [(PROTOBUF, protobuf_body), (JSON, json_body)])
def test_attributes_of_every_type_are_kept(send: Send, acme: Tenant, media_type: str, build: Any):
    attributes = {
        "map": {"inner": {"deep": 1}, "list": ["a", 2, True]},
        "list": [1.5, "x", None, {"k": "v"}],
        "bytes": b"\0\xff",
        "empty": None,
        "no": False,
        "zero": 0,
        "blank": "",
    }
    assert send(build(a_span(attributes=attributes)), media_type).status_code == 200
    with tenant_scope(acme.id):
        kept = content_of(Span.objects.get())["attributes"]
    assert kept == {**attributes, "bytes": {"bytesValue": "AP8="}}


@pytest.mark.parametrize("media_type", [PROTOBUF, JSON])
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("good", {}, 200),
        ("broken", {}, 400),
        ("good", {"Authorization": "Bearer nonsense"}, 401),
        ("good", {"X-Mnemoscope-Tenant": "globex"}, 403),
        ("large", {}, 413),
    ],
)
def test_every_answer_is_in_the_encoding_of_its_request(
    send: Send, settings, media_type: str, body: str, headers: dict[str, str], status: int
):
    settings.OTLP_MAX_BODY_BYTES = 10_000
    build = json_body if media_type == JSON else protobuf_body
    bodies = {"good": build(a_span()), "broken": b"\xff", "large": b" " * 10_001}
    answer = send(bodies[body], media_type, **headers)
    assert answer.status_code == status
    assert answer["Content-Type"] == media_type
    if media_type == JSON:
        json.loads(answer.content)
    elif status != 200:
        assert status_of(answer.content).message


def test_a_key_of_another_tenant_than_the_one_named_stores_nothing_and_is_on_record(
    send: Send, acme: Tenant, globex: Tenant, robo: Machine
):
    body = protobuf_body(a_span())
    for named in ("globex", str(globex.id), "nobody", "a\0b"):
        answer = send(body, X_Mnemoscope_Tenant=named)
        assert (answer.status_code, status_of(answer.content).code) == (403, 7)
    assert stored(acme) == stored(globex) == 0
    with tenant_scope(acme.id):
        refusals = AuditEvent.objects.filter(outcome=Outcome.REFUSED)
        assert {r.actor_id for r in refusals} == {robo.agent.id}
        assert refusals.count() == 4
    for named in ("acme", str(acme.id)):
        assert send(body, X_Mnemoscope_Tenant=named).status_code == 200
    assert stored(acme) == 1


def test_a_child_comes_before_its_parent_and_the_run_ends_up_whole(send: Send, acme: Tenant):
    send(protobuf_body(a_span("execute_tool", trace_id=TRACE, span_id=CHILD, parent=ROOT)))
    with tenant_scope(acme.id):
        early = Run.objects.get()
        assert (early.span_count, early.open_traces) == (1, 1)
    send(protobuf_body(a_span("invoke_agent clerk", trace_id=TRACE, span_id=ROOT)))
    with tenant_scope(acme.id):
        run = Run.objects.get()
        assert (run.id, run.name) == (early.id, "invoke_agent clerk")
        assert (run.span_count, run.open_traces) == (2, 0)
        assert set(Span.objects.values_list("run_id", flat=True)) == {run.id}


# What PostgreSQL says while it starts, stops, fails over, is crowded, full, or settles a race, and
# what it says between the code of a new version and its migration. Appendix A of its manual.
PASSING = (
    "57P01 57P02 57P03 53100 53200 53300 55P03 40001 40P01 57014 08006 25006 25P02"
    " 23503 23505 23514 42P01 42703 0A000"
)


@pytest.mark.parametrize("sqlstate", PASSING.split())
def test_whatever_passes_at_the_database_asks_for_a_retry(send: Send, acme: Tenant, sqlstate: str):
    def fail(*_: object) -> None:
        with connection.wrap_database_errors:
            raise psycopg.errors.lookup(sqlstate)("between us")

    body = protobuf_body(a_span())
    with connection.execute_wrapper(fail):
        answer = send(body)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    status = Status.FromString(answer.content)
    assert "between us" not in status.message
    assert [d.Is(RetryInfo.DESCRIPTOR) for d in status.details] == [True]
    assert stored(acme) == 0
    assert send(body).status_code == 200
    assert stored(acme) == 1


@pytest.mark.parametrize("error", [KeysUnavailableError(), MemoryError()])
def test_keys_or_memory_that_are_short_for_a_moment_ask_for_a_retry(
    send: Send, acme: Tenant, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("audit.ingest.receive.store_spans", fail)
        answer = send(json_body(a_span()), JSON)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert json.loads(answer.content)["details"][0]["retryDelay"].endswith("s")
    assert stored(acme) == 0


@pytest.mark.parametrize(
    "error", [DataError("between us"), ZeroDivisionError("between us")], ids=["value", "mistake"]
)
def test_what_stays_wrong_is_not_asked_for_again(acme: Tenant, robo: Machine, error: Exception):
    def fail(*_: object) -> None:
        raise error

    sender = Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {robo.key}"}
    with connection.execute_wrapper(fail):
        answer = sender.post("/v1/traces", protobuf_body(a_span()), PROTOBUF, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (500, PROTOBUF)
    assert "Retry-After" not in answer
    status = Status.FromString(answer.content)
    assert (status.code, "between us" in status.message) == (13, False)
    assert stored(acme) == 0


@pytest.mark.parametrize("signal", ["logs", "metrics"])
def test_other_signals_are_told_where_they_are_not_taken(client: Client, signal: str):
    in_json = client.post(f"/v1/{signal}", "{}", JSON)
    assert (in_json.status_code, in_json["Content-Type"]) == (404, JSON)
    said = json.loads(in_json.content)
    assert said["code"] == 12
    assert f"takes traces, not {signal}" in said["message"]
    assert f"OTEL_{signal.upper()}_EXPORTER=none" in said["message"]
    protobuf = client.post(f"/v1/{signal}", protobuf_body(a_span()), PROTOBUF)
    assert (protobuf.status_code, status_of(protobuf.content).code) == (404, 12)
    other = client.post(f"/v1/{signal}", "x", "text/html")
    assert (other.status_code, other["Content-Type"][:10]) == (404, "text/plain")


def test_profiles_are_not_taken_either(client: Client):
    answer = client.post("/v1development/profiles", b"\n\0", PROTOBUF)
    assert (answer.status_code, status_of(answer.content).code) == (404, 12)


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip", "gzip"),
        ("deflate, GZIP;q=0.5", "gzip"),
        ("gzip; q=1.0, br", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.000, identity", None),
        ("br, zstd", None),
        ("", None),
    ],
)
def test_a_long_answer_is_compressed_for_who_takes_that(robo: Machine, accepts: str, coding):
    # Without the middleware, which the view does not need.
    spans = [a_span(f"lost {number}", span_id=b"") for number in range(20)]
    headers = {"Authorization": f"Bearer {robo.key}", "Accept-Encoding": accepts}
    body = protobuf_body(a_span(), *spans)
    request = RequestFactory().post("/v1/traces", body, PROTOBUF, headers=headers)
    answer = export_traces(request)
    assert answer.get("Content-Encoding") == coding
    assert "Accept-Encoding" in answer["Vary"]
    assert b"lost 7" in (gzip.decompress(answer.content) if coding else answer.content)


def test_an_answer_of_no_bytes_is_not_compressed(send: Send):
    answer = send(protobuf_body(a_span()), Accept_Encoding="gzip")
    assert (answer.content, answer.get("Content-Encoding")) == (b"", None)

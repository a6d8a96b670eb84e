"""A run taken away as OTLP/JSON, and posted somewhere else."""

import json
from datetime import timedelta

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from audit.export import pages
from audit.ingest.receive import receive_json, receive_protobuf
from audit.models import AuditEvent, MemoryAccess, Run, Span, SpanContent
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, problem_of
from tests.ingest.messages import SECOND, a_span, moment_ns, pairs, protobuf_body

TRACE, LATER = b"\1" * 16, b"\2" * 16
ROOT, CALL, RECALL, SECOND_DAY = b"\1" * 8, b"\2" * 8, b"\3" * 8, b"\4" * 8
DAY = 86_400 * SECOND
TALK = {"gen_ai.conversation.id": "talk-7"}
# One of every kind of value there is, and numbers that a float would round.
ANYTHING = {
    "text": "<b>\u202e</b>",
    "whole": 2**63 - 1,
    "double": 1.0,
    "flag": True,
    "nothing": None,
    "raw": b"\0\xff",
    "list": ["a", 1, 2.5, [False]],
    "map": {"deep": {"er": [1]}},
}
SUMMARY = [
    "key",
    "stitched_by",
    "name",
    "agent",
    "service",
    "first_seen",
    "last_seen",
    "span_count",
    "error_count",
    "input_tokens",
    "output_tokens",
    "memory_reads",
    "memory_writes",
    "open_spans",
    "status",
]


@pytest.fixture
def run(acme):
    """A conversation over two days in two traces, with a failed call and a recall."""
    start = moment_ns() - DAY
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"} | TALK
    call = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "small",
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 3,
    }
    recall = {"gen_ai.operation.name": "search_memory", "gen_ai.memory.record.id": "m-1"}
    event = ProtoSpan.Event(time_unix_nano=start + 7, name="odd", attributes=pairs(ANYTHING))
    link = ProtoSpan.Link(trace_id=TRACE, span_id=ROOT, attributes=pairs({"why": "continues"}))
    spans = [
        a_span("the case", trace_id=TRACE, span_id=ROOT, start=start, attributes=agent | ANYTHING),
        a_span(
            "chat",
            trace_id=TRACE,
            span_id=CALL,
            parent=ROOT,
            start=start + 1,
            attributes=call,
            events=[event],
            status=Status(code=2, message="no answer"),
            kind=3,
            trace_state="a=b",
        ),
        a_span(
            "recall",
            trace_id=TRACE,
            span_id=RECALL,
            parent=ROOT,
            start=start + 2,
            attributes=recall,
        ),
        a_span(
            "next day",
            trace_id=LATER,
            span_id=SECOND_DAY,
            start=start + DAY,
            attributes=agent,
            links=[link],
        ),
    ]
    assert receive_protobuf(acme.id, protobuf_body(*spans)).stored == 4
    with tenant_scope(acme.id):
        return Run.objects.get()


def summary(tenant):
    with tenant_scope(tenant.id):
        run = Run.objects.get()
        touched = list(MemoryAccess.objects.values_list("memory_id", "access", "span_id"))
        spans = list(
            Span.objects.order_by("start_ns").values_list(
                "trace_id",
                "span_id",
                "parent_id",
                "name",
                "op",
                "state",
                "status",
                "start_ns",
                "duration_ns",
                "kind",
                "agent",
                "model",
                "tool",
                "input_tokens",
                "error_type",
            )
        )
    return {name: getattr(run, name) for name in SUMMARY}, touched, spans


def export(holder, run, form="json"):
    response = door_of(holder).get(f"runs/{run.id}/export?form={form}")
    assert response.status_code == 200, response.getvalue()
    return response.getvalue()


def test_a_run_posted_elsewhere_is_the_same_run(acme, globex, carol, run):
    body = export(carol, run)
    assert receive_json(globex.id, body).stored == 4
    assert summary(globex) == summary(acme)


def test_what_spans_said_goes_along_to_the_letter(acme, globex, carol, mallory, run):
    body = export(carol, run)
    receive_json(globex.id, body)
    with tenant_scope(globex.id):
        copy = Run.objects.get()
    assert json.loads(export(mallory, copy)) == json.loads(body)


def test_it_is_written_as_the_specification_says(carol, run):
    groups = json.loads(export(carol, run))["resourceSpans"]
    spans = {s["spanId"]: s for g in groups for x in g["scopeSpans"] for s in x["spans"]}
    call = spans[CALL.hex()]
    assert call["traceId"] == TRACE.hex()
    assert call["parentSpanId"] == ROOT.hex()
    assert isinstance(call["startTimeUnixNano"], str)
    assert (call["kind"], call["traceState"]) == (3, "a=b")
    assert call["status"] == {"code": 2, "message": "no answer"}
    values = {a["key"]: a["value"] for a in call["events"][0]["attributes"]}
    assert values["whole"] == {"intValue": "9223372036854775807"}
    assert values["double"] == {"doubleValue": 1.0}
    assert values["raw"] == {"bytesValue": "AP8="}
    assert values["flag"] == {"boolValue": True}
    assert values["nothing"] == {}
    assert values["list"]["arrayValue"]["values"][3] == {
        "arrayValue": {"values": [{"boolValue": False}]}
    }
    assert values["map"]["kvlistValue"]["values"][0]["key"] == "deep"
    assert spans[SECOND_DAY.hex()]["links"][0]["spanId"] == ROOT.hex()
    assert {"key": "service.name", "value": {"stringValue": "support-desk"}} in groups[0][
        "resource"
    ]["attributes"]


def test_a_long_run_leaves_in_pages_and_is_whole(monkeypatch, globex, acme, carol, run):
    monkeypatch.setattr(pages, "PAGE", 1)
    lines = export(carol, run, "lines").splitlines()
    assert len(lines) == 4
    assert [receive_json(globex.id, line).stored for line in lines] == [1] * 4
    assert summary(globex) == summary(acme)
    assert json.loads(export(carol, run))["resourceSpans"]


def test_what_is_past_its_retention_is_said_to_be(acme, globex, carol, run):
    with tenant_scope(acme.id):
        Span.objects.update(start_time=now() - timedelta(days=60))
        Run.objects.update(first_seen=now() - timedelta(days=61))
        SpanContent.objects.all().delete()
    body = export(carol, run)
    attributes = [
        {a["key"]: next(iter(a["value"].values())) for a in span["attributes"]}
        for group in json.loads(body)["resourceSpans"]
        for scope in group["scopeSpans"]
        for span in scope["spans"]
    ]
    assert {one["mnemoscope.content"] for one in attributes} == {"past_retention"}
    # What the rows still know goes along, so that it is still a run of that agent and model.
    assert receive_json(globex.id, body).stored == 4
    with tenant_scope(globex.id):
        copy = Run.objects.get()
    assert (copy.agent, copy.span_count, copy.input_tokens, copy.error_count) == ("clerk", 4, 12, 1)


def test_who_took_it_is_on_record_before_a_word_of_it_leaves(acme, carol, run):
    response = door_of(carol).get(f"runs/{run.id}/export")
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="run.exported")
    assert (event.actor_id, event.object_id) == (carol.actor.id, run.id)
    assert event.payload == {"form": "json", "spans": 4}
    assert b"the case" in response.getvalue()


def test_mallory_exports_nothing_of_acmes(acme, mallory, run):
    problem_of(door_of(mallory).get(f"runs/{run.id}/export"), 404, "not_found")
    problem_of(door_of(mallory).get("runs/x/export?form=page"), 422, "invalid")
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="run.exported").exists()

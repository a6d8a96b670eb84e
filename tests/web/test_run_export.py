"""A run taken away by a person: as a page that needs nothing else, or as spans."""

import json
import re
from datetime import timedelta

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from audit.ingest.receive import receive_protobuf
from audit.models import AuditEvent, Run, Span, SpanContent
from console.accounts.actor import system_actor
from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.web.screens import run_document
from memory.actions.erase import destroy_keys_of
from tests.cast import a_memory
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body

TRACE = b"\1" * 16
ROOT, CALL, TOOL, RECALL = b"\1" * 8, b"\2" * 8, b"\3" * 8, b"\4" * 8


def said(text):
    return json.dumps([{"role": "user", "parts": [{"type": "text", "content": text}]}])


@pytest.fixture
def remembered(robo):
    return a_memory(robo, "Jonas prefers e-mail.")


@pytest.fixture
def run(acme, remembered):
    start = moment_ns()
    spans = [
        a_span(
            "<script>alert(1)</script>",
            trace_id=TRACE,
            span_id=ROOT,
            start=start,
            attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk"},
        ),
        a_span(
            "chat small",
            trace_id=TRACE,
            span_id=CALL,
            parent=ROOT,
            start=start + SECOND,
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "small",
                "gen_ai.input.messages": said("Write to mara@example.org <img src=x>"),
                "user.id": "customer-7",
            },
        ),
        a_span(
            "execute_tool track",
            trace_id=TRACE,
            span_id=TOOL,
            parent=ROOT,
            start=start + 2 * SECOND,
            attributes={
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": "track",
                "gen_ai.tool.call.arguments": '{"parcel": 17}',
            },
            status=Status(code=2, message="no answer"),
        ),
        a_span(
            "search_memory",
            trace_id=TRACE,
            span_id=RECALL,
            parent=ROOT,
            start=start + 3 * SECOND,
            attributes={
                "gen_ai.operation.name": "search_memory",
                "gen_ai.memory.record.id": str(remembered.id),
            },
        ),
    ]
    assert receive_protobuf(acme.id, protobuf_body(*spans)).stored == 4
    with tenant_scope(acme.id):
        return Run.objects.get()


def taken(client, run, form="page"):
    response = client.post(f"/runs/{run.id}/export", {"form": form})
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    return response.getvalue().decode()


def test_the_page_tells_the_tree_what_was_said_and_the_memories(desk, carol, run):
    page = taken(desk(carol), run)
    assert page.index("execute_tool track</a>") < page.index("search_memory</a>")
    assert "Failed. no answer" in page
    assert "&quot;parcel&quot;: 17" in page
    assert "Jonas prefers e-mail." in page
    assert "Run id</dt><dd>" + str(run.id) in page


def test_the_page_needs_nothing_else_and_runs_nothing(desk, carol, run):
    page = taken(desk(carol), run)
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert not re.search(r"<(script|link|img|iframe|object|svg)|\b(src|on\w+)=[\"']", page)
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;img src=x&gt;" in page
    assert all(href.startswith("#step-") for href in re.findall(r'href="([^"]*)"', page))


def test_the_page_masks_personal_data_and_the_spans_do_not(desk, carol, run):
    page = taken(desk(carol), run)
    assert "mara@example.org" not in page
    assert "Write to [" in page
    assert "mara@example.org" in taken(desk(carol), run, "json")


def test_what_was_erased_or_is_past_its_time_is_said_to_be(desk, acme, carol, run):
    with tenant_scope(acme.id):
        subject = Subject.objects.get(external_id="customer-7")
        destroy_keys_of(actor=system_actor(acme.id, "test"), subject=subject)
    page = taken(desk(carol), run)
    assert "erased with the person" in page
    with tenant_scope(acme.id):
        Span.objects.update(start_time=now() - timedelta(days=60))
        Run.objects.update(first_seen=now() - timedelta(days=61))
        SpanContent.objects.all().delete()
    assert "kept no more" in taken(desk(carol), run)


def test_a_long_run_is_told_as_far_as_a_page_goes_and_says_so(monkeypatch, desk, carol, run):
    monkeypatch.setattr(run_document, "MOST_STEPS", 3)
    monkeypatch.setattr(run_document, "MOST_TOLD", 2)
    monkeypatch.setattr(run_document, "PIECE", 1)
    page = taken(desk(carol), run)
    assert "1 later steps stand in the tree only." in page
    assert "1 later steps are not here." in page
    assert page.count("<section") == 2
    assert page.endswith("</html>\n")


@pytest.mark.parametrize("form", ["page", "json", "lines"])
def test_every_form_is_on_record(desk, acme, carol, run, form):
    taken(desk(carol), run, form)
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="run.exported")
    assert (event.actor_id, event.object_id) == (carol.actor.id, run.id)
    assert event.payload == {"form": form, "spans": 4}


def test_the_choice_is_a_page_and_a_wrong_one_is_named(desk, acme, carol, run):
    client = desk(carol)
    assert f'href="/runs/{run.id}/export"' in client.get(f"/runs/{run.id}").content.decode()
    assert "Who exported which run" in client.get(f"/runs/{run.id}/export").content.decode()
    assert client.post(f"/runs/{run.id}/export", {"form": "pdf"}).status_code == 422
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="run.exported").exists()


def test_mallory_takes_nothing(desk, acme, mallory, run):
    client = desk(mallory)
    assert client.get(f"/runs/{run.id}/export").status_code == 404
    assert client.post(f"/runs/{run.id}/export", {"form": "page"}).status_code == 404
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="run.exported").exists()

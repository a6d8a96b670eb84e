"""One step of a run opened: what it said, and the memories it touched, then and now."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Told

from audit.ingest.receive import receive_protobuf
from audit.models import AuditEvent, Run, Span, SpanContent
from console.tenancy.scope import tenant_scope
from memory.actions import retire_memory, revise_memory
from memory.lifecycle import enter
from memory.models import State
from tests.api.door import door_of
from tests.cast import a_memory, a_write
from tests.ingest.messages import SECOND, a_span, moment_ns, pairs, protobuf_body

TRACE, SPAN = b"\1" * 16, b"\2" * 8
EMAIL = "jonas.weber@acme.example"
HX = {"HX-Request": "true"}


@pytest.fixture
def step(acme):
    """Stores a step, as its sender tells it, and gives the address of its page."""

    def store(attributes=None, **fields):
        told = {"gen_ai.agent.name": "clerk", **(attributes or {})}
        span = a_span("chat", trace_id=TRACE, span_id=SPAN, attributes=told, **fields)
        assert receive_protobuf(acme.id, protobuf_body(span)).stored == 1
        with tenant_scope(acme.id):
            return f"/runs/{Run.objects.get().id}/{TRACE.hex()}/{SPAN.hex()}"

    return store


@pytest.fixture
def recalled(robo, step):
    """A step in which robo recalled the one memory there is through our API."""

    def recall():
        parent = f"00-{TRACE.hex()}-{SPAN.hex()}-01"
        asked = {"query": "How long do refunds take?", "purpose": "to answer Ada"}
        assert door_of(robo).post("recall", asked, traceparent=parent).json()["results"]
        return step({"gen_ai.operation.name": "search_memory"})

    return recall


def page_of(client, address, **how):
    return client.get(address, **how).content.decode()


def revealed(tenant):
    with tenant_scope(tenant.id):
        return list(AuditEvent.objects.filter(kind="run.revealed"))


def test_personal_data_is_masked_in_every_tab_until_it_is_asked_for_on_record(
    desk, acme, carol, step
):
    secret = f"Write to {EMAIL}"
    event = Told.Event(name="said", time_unix_nano=SECOND, attributes=pairs({"text": secret}))
    link = Told.Link(trace_id=b"\3" * 16, span_id=b"\4" * 8, attributes=pairs({"of": secret}))
    address = step({"input.value": secret}, events=[event], links=[link])
    client = desk(carol)
    for tab in ("said", "attributes", "events", "links", "raw"):
        page = page_of(client, f"{address}?tab={tab}")
        assert EMAIL not in page
        assert "[email address]" in page
    assert revealed(acme) == []
    for tab in ("said", "attributes", "events", "links", "raw"):
        page = client.post(f"{address}/reveal?tab={tab}", headers=HX).content.decode()
        assert EMAIL in page
        assert "on record" in page
    assert len(revealed(acme)) == 5
    told = revealed(acme)[0]
    assert (told.actor_id, told.object_kind) == (carol.user.id, "run")
    assert told.payload == {"trace_id": TRACE.hex(), "span_id": SPAN.hex()}
    assert EMAIL not in page_of(client, address)


def test_mallory_reveals_nothing_and_a_look_reveals_nothing(desk, acme, carol, mallory, step):
    address = step({"input.value": EMAIL})
    assert desk(mallory).post(f"{address}/reveal").status_code == 404
    assert desk(carol).get(f"{address}/reveal").status_code == 405
    assert revealed(acme) == []


def test_a_text_of_more_numbers_than_are_looked_at_shows_none_of_them(desk, carol, step):
    numbers = [f"+49 30 90{number:04}" for number in range(400)]
    page = page_of(desk(carol), step({"input.value": " / ".join(numbers)}) + "?all=yes")
    assert numbers[-1] not in page


def test_carol_reads_what_a_recalled_memory_said_and_that_nothing_changed(
    desk, carol, robo, recalled
):
    memory = a_memory(robo, "Refunds take five days.")
    page = page_of(desk(carol), recalled(), headers=HX)
    assert "Refunds take five days." in page
    assert "rank 1" in page
    assert "to answer Ada" in page
    assert f'href="/memories/{memory.id}?at=' in page
    assert "Then, now" in page
    assert page.count("active</span>") == 1
    assert "cannot now" not in page
    assert "what changed" not in page


def test_what_was_revised_since_says_what_it_said_then(desk, acme, bob, carol, robo, recalled):
    memory = a_memory(robo, "Refunds take five days.")
    address = recalled()
    with tenant_scope(acme.id):
        write = a_write("Refunds take nine days.")
        revise_memory(actor=bob.actor, memory=memory, write=write, expected_version=1)
    page = page_of(desk(carol), address, headers=HX)
    assert "Refunds take five days." in page
    assert "nine" not in page
    assert f"/memories/{memory.id}/versions?old=1&amp;new=2" in page


def test_what_was_quarantined_since_is_flagged_for_a_reviewer_and_nameless_for_a_reader(
    desk, acme, alice, bob, carol, robo, recalled
):
    memory = a_memory(robo, "Refunds take five days.")
    address = recalled()
    with tenant_scope(acme.id):
        enter(actor=alice.actor, memory=memory, state=State.QUARANTINED, reason="found")
    page = page_of(desk(bob), address, headers=HX)
    assert "active</span>" in page
    assert "quarantined</span>" in page
    assert "It could be recalled then, and cannot now." in page
    page = page_of(desk(carol), address, headers=HX)
    assert "Refunds take five days." not in page
    assert "quarantined" not in page
    assert str(memory.id) in page


def test_what_was_deleted_since_is_told_to_those_who_keep_the_evidence(
    desk, acme, alice, dana, robo, recalled
):
    memory = a_memory(robo, "Refunds take five days.")
    address = recalled()
    with tenant_scope(acme.id):
        retire_memory(actor=alice.actor, memory=memory, reason="wrong")
    page = page_of(desk(dana), address, headers=HX)
    assert "retired</span>" in page
    assert "It could be recalled then, and cannot now." in page


def test_a_memory_of_another_store_is_named_and_not_looked_for(desk, carol, step):
    records = json.dumps([{"id": "mem0|<b>", "score": 0.5}])
    attributes = {"gen_ai.operation.name": "search_memory", "gen_ai.memory.records": records}
    page = page_of(desk(carol), step(attributes), headers=HX)
    assert "mem0|&lt;b&gt;" in page
    assert "No page here tells of it." in page
    assert "as the agent says" in page


def test_a_link_leads_to_the_other_step_once_that_has_arrived(desk, acme, carol, step):
    other, span = b"\3" * 16, b"\4" * 8
    address = step(links=[Told.Link(trace_id=other, span_id=span)]) + "?tab=links"
    assert "not received yet" in page_of(desk(carol), address)
    receive_protobuf(acme.id, protobuf_body(a_span("earlier", trace_id=other, span_id=span)))
    page = page_of(desk(carol), address)
    assert f"/{other.hex()}/{span.hex()}" in page
    assert "not received yet" not in page


def test_a_step_is_told_how_long_others_like_it_took(desk, acme, carol, step):
    model = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5"}
    like_it = {"gen_ai.agent.name": "clerk", **model}
    start = moment_ns()
    others = [a_span(seconds=n, start=start, attributes=like_it) for n in range(1, 11)]
    address = step(model, seconds=8.5, start=start)
    assert "like it" not in page_of(desk(carol), address)
    receive_protobuf(acme.id, protobuf_body(*others))
    page = page_of(desk(carol), address)
    assert "longer than 80 % of 10 like it" in page
    assert "half of them took at most 5 s" in page


@pytest.mark.parametrize("tab", ["said", "attributes", "events", "raw"])
def test_hostile_texts_harm_no_tab(desk, carol, step, tab):
    text = "<script>alert(1)</script>\u202egnp.exe\0" + "x" * 1_000_000
    event = Told.Event(name="<i>boom", attributes=pairs({"<b>key": text}))
    deep = "[" * 900 + "]" * 900
    address = step({"input.value": text, "<b>key": text, "output.value": deep}, events=[event])
    response = desk(carol).get(f"{address}?tab={tab}&all=yes", headers=HX)
    page = response.content.decode()
    assert response.status_code == 200
    assert "<script>" not in page
    assert "<b>key" not in page
    assert "<i>boom" not in page
    assert "\u202e" not in page
    assert "\0" not in page
    assert len(page) < 1_000_000


def test_a_long_text_is_clipped_and_shown_whole_when_asked(desk, carol, step):
    address = step({"input.value": "word " * 2_000 + "end."})
    client = desk(carol)
    page = page_of(client, address, headers=HX)
    assert "7,004 more characters" in page
    assert "end." not in page
    assert "end." in page_of(client, f"{address}?all=yes", headers=HX)


def test_an_unknown_tab_is_the_first_one(desk, carol, step):
    assert "hello" in page_of(desk(carol), step({"input.value": "hello"}) + "?tab=nonsense")


def test_a_step_with_many_memories_asks_no_more_than_one_with_one(desk, acme, carol, robo):
    memories = [a_memory(robo, f"Fact number {number} of many.") for number in range(12)]
    client, asked = desk(carol), []
    for number, named in enumerate((memories[:1], memories), start=1):
        records = json.dumps([{"id": str(memory.id)} for memory in named])
        attributes = {"gen_ai.operation.name": "search_memory", "gen_ai.memory.records": records}
        span = a_span(trace_id=bytes([number]) * 16, span_id=SPAN, attributes=attributes)
        receive_protobuf(acme.id, protobuf_body(span))
        with tenant_scope(acme.id):
            run = Run.objects.get(key=span.trace_id.hex())
        address = f"/runs/{run.id}/{span.trace_id.hex()}/{SPAN.hex()}"
        with CaptureQueriesContext(connection) as queries:
            page = page_of(client, address, headers=HX)
        asked.append(len(queries))
    assert "Fact number 11 of many." in page
    assert asked[0] == asked[1]


def test_a_step_whose_content_is_past_its_time_says_so_and_keeps_the_rest(desk, acme, carol, step):
    address = step({"input.value": "hello", "gen_ai.operation.name": "chat"})
    with tenant_scope(acme.id):
        SpanContent.objects.all().delete()
    for tab in ("said", "attributes", "raw"):
        page = page_of(desk(carol), f"{address}?tab={tab}", headers=HX)
        assert "What this step said is kept no more" in page
        assert "hello" not in page
    assert "Started" in page


def test_a_step_of_somebody_who_was_erased_says_so(desk, acme, carol, step):
    address = step({"input.value": "hello"})
    with tenant_scope(acme.id):
        Span.objects.update(block_id=None, block_index=None)
    page = page_of(desk(carol), address, headers=HX)
    assert "was erased with the person it was about" in page

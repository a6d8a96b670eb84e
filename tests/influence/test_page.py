"""The page of a blast radius: what it says, for whom, and what can be done from it."""

import csv
from collections.abc import Callable
from io import StringIO
from uuid import uuid4

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import AccessKind, AuditEvent
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.models import Memory, State
from tests.cast import Machine, Person, a_memory
from tests.influence.conftest import Turn

Begin = Callable[..., Turn]
Desk = Callable[[Person], Client]
QUARANTINE = {"chosen": "1", "confirmed": "1", "reason": "poisoned", "comment": "From a page."}


def recalled_in(turn: Begin, memory: Memory, count: int, agent: str = "clerk") -> list[Turn]:
    turns = [turn(agent=agent) for _ in range(count)]
    for one in turns:
        one.touched(5, memory.id)
        one.model(10)
        one.tool(20, "transfer")
        one.send()
    return turns


def test_dana_sees_how_far_a_memory_reached_and_how_sure_that_is(
    desk: Desk, robo: Machine, dana: Person, turn: Begin
):
    memory = a_memory(robo, "Refunds go to <b>anybody</b>.", subject="customer-7")
    a_memory(robo, "Somebody was refunded.", derived_from=(memory.id,), subject="customer-8")
    wrote = turn(agent="reader")
    wrote.tool(3, "fetch_page")
    wrote.touched(5, memory.id, AccessKind.WRITE)
    wrote.send()
    recalled_in(turn, memory, 2)
    page = desk(dana).get(f"/memories/{memory.id}/influence")
    screen, text = page.context["screen"], page.content.decode()
    figures = {tile.label: tile.value for tile in screen.tiles}
    assert figures == {
        "Runs": "2",
        "Steps after it": "4",
        "Derived memories": "1",
        "Agents": "2",
        "Subjects": "2",
    }
    assert [heading.text for heading in screen.graph.headings] == [
        "Before it",
        "Written in",
        "Memory",
        "Recalled in",
        "Derived",
    ]
    assert set(screen.graph.evidences) == {"recorded", "after", "declared"}
    assert "fetch_page" in text
    assert "possible, not proven" in text
    assert "&lt;b&gt;anybody" in text
    assert "<b>anybody" not in text


def test_a_large_fan_out_is_counted_in_the_drawing_and_listed_below(
    desk: Desk, robo: Machine, dana: Person, turn: Begin
):
    memory = a_memory(robo)
    recalled_in(turn, memory, 9)
    client = desk(dana)
    page = client.get(f"/memories/{memory.id}/influence?show=runs")
    assert "3 more runs" in page.content.decode()
    assert len(page.context["screen"].runs) == 9
    steps = client.get(f"/memories/{memory.id}/influence?show=steps").context["screen"].steps
    assert {step.decision.tool for step in steps} == {"", "transfer"}
    assert len(steps) == 18


@pytest.mark.parametrize("show", ["memories", "runs", "steps"])
def test_more_of_everything_asks_no_more_of_the_database(
    desk: Desk, robo: Machine, dana: Person, turn: Begin, show: str
):
    client, counts = desk(dana), []
    for number in (1, 8):
        memory = a_memory(robo, f"Note {number}.")
        for n in range(number):
            a_memory(robo, f"Derived {number}/{n}.", derived_from=(memory.id,))
        for one in recalled_in(turn, memory, number):
            one.touched(25, memory.id)
        client.get(f"/memories/{memory.id}/influence?show={show}")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/memories/{memory.id}/influence?show={show}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_it_starts_from_an_agent_and_from_a_span_too(
    desk: Desk, robo: Machine, dana: Person, turn: Begin
):
    memory = a_memory(robo)
    wrote = turn()
    span_id = wrote.touched(5, memory.id, AccessKind.WRITE)
    wrote.send()
    recalled_in(turn, memory, 2)
    client = desk(dana)
    for address in (
        f"/influence?agent={robo.agent.id}",
        f"/influence?trace={wrote.trace_id.hex()}&span={span_id.hex()}",
        f"/influence?memory={memory.id}&version=1",
    ):
        screen = client.get(address).context["screen"]
        assert screen.tiles[0].value == "2"
    assert client.get("/influence").status_code == 404
    assert client.get(f"/memories/{memory.id}/influence?version=2").status_code == 404


def test_a_record_of_another_store_is_told_apart_and_cannot_be_quarantined(
    desk: Desk, robo: Machine, bob: Person, turn: Begin
):
    memory = a_memory(robo)
    one = turn(agent="")
    one.touched(5, memory.id)
    one.claims_write(10, "vec-<1>")
    one.send()
    page = desk(bob).get(f"/memories/{memory.id}/influence")
    assert "vec-&lt;1&gt;" in page.content.decode()
    [_, foreign] = page.context["screen"].memories
    assert (foreign.row, foreign.can_quarantine) == (None, False)


def test_what_nobody_recalled_says_so(desk: Desk, robo: Machine, carol: Person):
    memory = a_memory(robo)
    page = desk(carol).get(f"/memories/{memory.id}/influence?show=runs")
    assert "No run recalled it" in page.content.decode()
    assert "Quarantine" not in page.content.decode()


def test_bob_quarantines_the_set_once_he_has_seen_whom_it_affects(
    desk: Desk, acme: Tenant, robo: Machine, bob: Person
):
    memory = a_memory(robo, "Note 1.", subject="customer-7")
    child = a_memory(robo, "Note 2.", derived_from=(memory.id,), subject="customer-8")
    client = desk(bob)
    address = f"/influence/quarantine?memory={memory.id}"
    preview = client.post(address)
    text = preview.content.decode()
    assert "Quarantine 2 memories?" in text
    assert "customer-8" in text
    with tenant_scope(acme.id):
        assert not Memory.objects.filter(state=State.QUARANTINED).exists()
    ticked = {"memory": [str(memory.id), str(child.id)]}
    assert client.post(address, QUARANTINE | ticked | {"reason": "for fun"}).status_code == 422
    done = client.post(address, QUARANTINE | ticked, follow=True)
    assert done.redirect_chain[0][0].startswith("/review/batches/")
    assert "2 decided together" in done.content.decode()
    with tenant_scope(acme.id):
        assert Memory.objects.filter(state=State.QUARANTINED).count() == 2
    batch = done.context["screen"].batch_id
    client.post(f"/review/batches/{batch}/undo")
    with tenant_scope(acme.id):
        assert Memory.objects.filter(state=State.ACTIVE).count() == 2


def test_only_what_is_ticked_is_quarantined_and_nothing_where_nothing_is(
    desk: Desk, acme: Tenant, robo: Machine, bob: Person
):
    memory = a_memory(robo, "Note 1.")
    child = a_memory(robo, "Note 2.", derived_from=(memory.id,))
    stranger = a_memory(robo, "Note 3.")
    client = desk(bob)
    address = f"/influence/quarantine?memory={memory.id}"
    page = client.post(address, QUARANTINE, follow=True)
    assert "Tick the memories" in page.content.decode()
    ticked = {"memory": [str(child.id), str(stranger.id), "nonsense"]}
    client.post(address, QUARANTINE | ticked)
    with tenant_scope(acme.id):
        states = dict(Memory.objects.values_list("id", "state"))
    assert states == {memory.id: "active", child.id: "quarantined", stranger.id: "active"}


def test_carol_and_dana_are_offered_no_quarantine_and_get_none(
    desk: Desk, robo: Machine, carol: Person, dana: Person
):
    memory = a_memory(robo)
    for person in (carol, dana):
        client = desk(person)
        assert client.get(f"/memories/{memory.id}/influence").context["screen"].quarantinable == 0
        assert client.post(f"/influence/quarantine?memory={memory.id}").status_code == 404


def test_another_tenants_memory_is_not_there(desk: Desk, robo: Machine, mallory: Person):
    memory = a_memory(robo)
    client = desk(mallory)
    for address in (
        f"/memories/{memory.id}/influence",
        f"/memories/{uuid4()}/influence",
        f"/influence?agent={robo.agent.id}",
        f"/influence/export?memory={memory.id}",
    ):
        assert client.get(address).status_code == 404
    assert client.post(f"/influence/quarantine?memory={memory.id}").status_code == 404


@pytest.mark.parametrize("content", [False, True])
def test_an_export_holds_all_of_it_and_stands_in_the_trail(
    desk: Desk, acme: Tenant, robo: Machine, dana: Person, turn: Begin, *, content: bool
):
    memory = a_memory(robo, "=Refunds go to anybody.", subject="customer-7")
    recalled_in(turn, memory, 2)
    client = desk(dana)
    address = f"/influence/export?memory={memory.id}"
    assert client.post(address, {"form": "lines"}).status_code == 422
    words = "yes" if content else "no"
    asked = {"reason": "An incident.", "form": "lines", "words": words}
    lines = [orjson.loads(line) for line in client.post(address, asked).content.splitlines()]
    assert [line["what"] for line in lines] == [
        "influence",
        *["run"] * 2,
        *["step"] * 4,
        "memory",
    ]
    assert lines[-1].get("content") == ("=Refunds go to anybody." if content else None)
    with tenant_scope(acme.id):
        [event] = AuditEvent.objects.filter(kind="influence.exported")
    assert event.object_id == memory.id
    assert event.payload == {
        "origin": f"memory {memory.id}",
        "runs": 2,
        "steps": 4,
        "memories": 1,
        "content": content,
    }
    sheet = client.post(address, asked | {"form": "csv"}).content.decode()
    rows = list(csv.DictReader(StringIO(sheet)))
    assert len(rows) == len(lines)
    assert rows[-1]["content"] == ("'=Refunds go to anybody." if content else "")

"""What a memory was: its versions side by side, itself at a moment, who used it, its links."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import MemoryAccess
from audit.provenance import Access, record_accesses
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.web.addresses import as_asked
from memory.actions import (
    decide_review,
    expire_memory,
    merge_memories,
    place_hold,
    recall_memories,
    retire_memory,
    revise_memory,
)
from memory.actions.decide import Decision
from memory.models import Memory, MemoryVersion
from memory.retrieval.query import RecallQuery
from tests.cast import a_memory, a_write, remember


@pytest.fixture
def known(acme, bob, robo):
    """Said three times: by robo, then twice by bob."""
    memory = a_memory(robo, "Jonas prefers e-mail.", subject="customer-1", key="contact")
    with tenant_scope(acme.id):
        for number, content in enumerate(("Jonas prefers the phone.", "Jonas prefers pigeons."), 1):
            write = a_write(content, metadata={"round": number})
            revise_memory(actor=bob.actor, memory=memory, write=write, expected_version=number)
            memory.refresh_from_db()
    return memory


def address(memory, part=""):
    return f"/memories/{memory.id}{part}"


def text_of(response):
    return unescape(response.content.decode())


def test_any_two_versions_stand_side_by_side(desk, dana, known):
    client = desk(dana)
    latest = client.get(address(known, "/versions"))
    pair = latest.context["comparison"]
    assert (pair.old.version.number, pair.new.version.number) == (2, 3)
    chosen = client.get(address(known, "/versions?old=1&new=3"))
    pair = chosen.context["comparison"]
    assert (pair.old.version.number, pair.new.version.number) == (1, 3)
    page = text_of(chosen)
    assert "<del><span" in page
    assert "robo" in page
    assert page.count("Seal verified") == 2
    [metadata] = [row for row in pair.besides if row[0] == "Metadata"]
    assert metadata[1] == ""
    assert '"round": 2' in metadata[2]


def test_a_version_against_itself_changed_nothing(desk, dana, known):
    assert "both say the same" in text_of(desk(dana).get(address(known, "/versions?old=2&new=2")))


@pytest.mark.parametrize("query", ["old=9&new=1", "old=x&new=1", "old=&new="])
def test_a_version_that_is_not_there_is_told(desk, dana, known, query):
    response = desk(dana).get(address(known, f"/versions?{query}"))
    assert response.status_code == 200
    assert "No such version" in text_of(response)


def test_carol_compares_no_version_that_never_took_effect(desk, acme, carol, bob, robo, known):
    with tenant_scope(acme.id):
        write = a_write("Jonas may be away.", confidence=0.1)
        revise_memory(actor=robo.actor, memory=known, write=write, expected_version=3)
    assert "may be away" in text_of(desk(bob).get(address(known, "/versions?old=3&new=4")))
    refused = desk(carol).get(address(known, "/versions?old=3&new=4"))
    assert "may be away" not in text_of(refused)


def test_a_seal_that_was_broken_behind_our_back_shows(desk, dana, known, monkeypatch):
    monkeypatch.setattr("memory.verification.row_seal", lambda *_: b"another")
    page = text_of(desk(dana).get(address(known, "/versions")))
    assert "Seal broken: row changed" in page
    assert "Seal verified" not in page
    assert "Seal broken: row changed" in text_of(desk(dana).get(address(known)))


def test_every_use_is_listed_with_its_rank_and_purpose(desk, acme, dana, robo, known):
    with tenant_scope(acme.id):
        query = RecallQuery(query="pigeons", purpose="to write to Jonas")
        recall_memories(actor=robo.actor, query=query)
    client = desk(dana)
    client.get(address(known))
    rows = client.get(address(known, "/uses")).context["rows"]
    assert [row.is_recall for row in rows] == [False, True]
    assert rows[1].access.purpose == "to write to Jonas"
    recalls = client.get(address(known, "/uses?what=recalls"))
    assert [row.access.agent for row in recalls.context["rows"]] == ["robo"]
    looks = client.get(address(known, "/uses?what=looks")).context["rows"]
    assert [row.access.agent for row in looks] == [dana.actor.label]
    assert "Nothing matches" in text_of(client.get(address(known, "/uses?by=nobody")))


def test_uses_come_in_pages_and_ask_no_more_for_more(desk, acme, dana, known):
    def used(times):
        with tenant_scope(acme.id):
            record_accesses([Access(str(known.id), "read", agent="robo") for _ in range(times)])

    client = desk(dana)
    used(2)
    client.get(address(known, "/uses"))
    with CaptureQueriesContext(connection) as few:
        client.get(address(known, "/uses"))
    used(60)
    with CaptureQueriesContext(connection) as many:
        first = client.get(address(known, "/uses"))
    assert len(many) <= len(few)
    assert len(first.context["rows"]) == 50
    second = client.get(address(known, "/uses") + first.context["page"].next)
    assert len(second.context["rows"]) == 12


def test_the_page_tells_what_it_is_connected_with(desk, acme, dana, bob, robo, rookie, known):
    child = a_memory(robo, "Jonas is fond of birds.", derived_from=(known.id,))
    remember(robo, "Jonas prefers letters.", subject="customer-1", key="contact", confidence=0.9)
    other = a_memory(robo, "Ada has a boat.", subject="customer-2")
    twin = a_memory(robo, "Ada owns a boat.", subject="customer-2")
    with tenant_scope(acme.id):
        merged = merge_memories(
            actor=bob.actor, memories=[other, twin], content="Ada owns one boat."
        ).memory
    client = desk(dana)

    def groups(memory):
        shown = client.get(address(memory)).context["screen"].links.groups
        return {title: {row.excerpt for row in rows} for title, rows in shown}

    assert groups(known) == {
        "Made from it": {"Jonas is fond of birds."},
        "Says otherwise": {"Jonas prefers letters."},
    }
    assert groups(child)["Made from"] == {"Jonas prefers pigeons."}
    assert groups(merged)["Took the place of"] == {"Ada has a boat.", "Ada owns a boat."}
    assert groups(other)["Replaced by"] == {"Ada owns one boat."}


def test_the_page_asks_no_more_for_more_versions_links_and_reviews(desk, acme, dana, bob, robo):
    memory = a_memory(robo, "Jonas prefers e-mail.", key="contact")

    def questions():
        client = desk(dana)
        client.get(address(memory))
        with CaptureQueriesContext(connection) as captured:
            client.get(address(memory))
        return len(captured)

    def grow(times):
        with tenant_scope(acme.id):
            for _ in range(times):
                memory.refresh_from_db()
                write = a_write(f"Jonas prefers number {memory.version}.")
                version = memory.version
                revise_memory(actor=bob.actor, memory=memory, write=write, expected_version=version)
        for number in range(times):
            a_memory(robo, f"Child {number}.", derived_from=(memory.id,))
            remember(robo, f"Jonas prefers the {number}.", key="contact", confidence=0.9)

    grow(2)
    few = questions()
    grow(8)
    assert questions() <= few
    assert few < 70


@pytest.fixture
def moments(acme, bob, robo):
    """A memory, and a moment in each of its three states: first words, second words, expired."""
    memory = a_memory(robo, "Jonas prefers e-mail.", subject="customer-1", key="contact")
    first = now()
    with tenant_scope(acme.id):
        write = a_write("Jonas prefers the phone.")
        revise_memory(actor=bob.actor, memory=memory, write=write, expected_version=1)
        memory.refresh_from_db()
        second = now()
        expire_memory(actor=bob.actor, memory=memory, reason="outdated")
    return memory, first, second


def test_the_past_shows_the_words_of_then_and_offers_no_change(desk, acme, alice, moments):
    memory, first, second = moments
    client = desk(alice)
    then = client.get(address(memory), {"at": as_asked(first)})
    page = text_of(then)
    assert "Jonas prefers e-mail." in page
    assert "the phone" not in page
    assert "You look at" in page
    assert "A recall could return it." in page
    for change in ("/revise", "/merge", "/delete", "/expire", "/restore", "Hold…"):
        assert change not in page
    later = text_of(client.get(address(memory), {"at": as_asked(second)}))
    assert "Jonas prefers the phone." in later
    after = client.get(address(memory), {"at": as_asked(now())})
    assert after.context["screen"].why_not == "it was expired"


def test_the_past_agrees_with_a_recall_as_of_then(desk, dana, robo, moments):
    memory, first, second = moments
    for at in (first, second, now(), first - timedelta(days=1)):
        then = desk(dana).get(address(memory), {"at": as_asked(at)}).context["screen"]
        answer = Client().post(
            "/api/v1/recall",
            {"query": "Jonas", "as_of": as_asked(at)},
            content_type="application/json",
            headers={"Authorization": f"Bearer {robo.key}"},
        )
        told = [(one["id"], one["content"]) for one in answer.json()["results"]]
        shown = then is not None and not then.why_not
        assert told == ([(str(memory.id), then.version.content)] if shown else [])


def test_before_it_was_written_it_was_not_there(desk, dana, moments):
    memory, first, _ = moments
    page = text_of(desk(dana).get(address(memory), {"at": as_asked(first - timedelta(days=1))}))
    assert "It was not there yet" in page
    assert "e-mail" not in page


def test_each_step_leads_to_the_moment_it_was_taken(desk, dana, moments):
    memory, *_ = moments
    client = desk(dana)
    stops = client.get(address(memory)).context["stops"]
    assert [stop.step.state for stop in stops] == ["expired", "active", "active"]
    for stop in stops:
        then = client.get(address(memory), {"at": as_asked(stop.at)})
        assert then.context["screen"].version.number == stop.step.version
        assert then.context["screen"].state == stop.step.state


def test_carol_sees_nothing_of_when_it_was_held(desk, acme, carol, bob, rookie):
    held = remember(rookie, "Jonas may be away.")
    at = now()
    with tenant_scope(acme.id):
        decide_review(
            actor=bob.actor,
            review=held.review,
            decision=Decision.EDIT,
            reason="corrected",
            content="Jonas is here.",
        )
    client = desk(carol)
    page = text_of(client.get(address(held.memory), {"at": as_asked(at)}))
    assert "may be away" not in page
    assert "It was not there yet" in page


def test_what_was_deleted_since_comes_back_for_auditors_only(desk, acme, bob, carol, dana, moments):
    memory, first, _ = moments
    with tenant_scope(acme.id):
        other = Memory.objects.get(id=memory.id)
        retire_memory(actor=bob.actor, memory=other, reason="mistake")
    asked = {"at": as_asked(first)}
    then = desk(dana).get(address(memory), asked)
    assert "it was deleted since" in text_of(then)
    assert desk(carol).get(address(memory), asked).status_code == 404


def test_a_look_at_the_past_is_recorded_as_of_that_version(desk, acme, dana, moments):
    memory, first, _ = moments
    desk(dana).get(address(memory), {"at": as_asked(first)})
    with tenant_scope(acme.id):
        look = MemoryAccess.objects.get(memory_id=str(memory.id), agent=dana.actor.label)
    assert (look.access, look.version, look.rank) == ("read", 1, None)


@pytest.mark.parametrize("part", ["", "/versions", "/uses", "?at=2999-01-01T00:00"])
def test_mallory_finds_nothing_at_any_of_these_addresses(desk, mallory, known, part):
    assert desk(mallory).get(address(known, part)).status_code == 404


def test_a_hold_and_its_reviews_stand_on_the_page(desk, acme, alice, bob, robo, known):
    with tenant_scope(acme.id):
        place_hold(actor=alice.actor, memory=known, ground="Case 7 of the court.")
        write = a_write("Jonas may be away.", confidence=0.1)
        revise_memory(actor=robo.actor, memory=known, write=write, expected_version=3)
        assert MemoryVersion.objects.filter(memory_id=known.id).count() == 4
    page = text_of(desk(bob).get(address(known)))
    assert "A legal hold stands" in page
    assert "Reviews and decisions" in page
    assert "Version 4 waits for review." in page

"""Searching memories as recall ranks them, narrowing them down, and looking at the past."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent, MemoryAccess
from audit.trail import append
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.web.addresses import as_asked
from memory.actions import expire_memory, retire_memory, revise_memory
from memory.browsing import Expiry
from memory.models import Memory
from tests.cast import a_memory, a_write, an_agent, remember

ADDRESS = "/memories/"


@pytest.fixture
def store(acme, bob, robo, rookie):
    """Memories of every state and kind, of two agents and three subjects."""
    other = an_agent(acme, "other")
    a_memory(robo, "Jonas prefers e-mail to the telephone.", subject="customer-1", key="contact")
    a_memory(robo, "Jonas has two dogs.", subject="customer-1", kind="event", tier="episodic")
    a_memory(other, "Parcels for Ada go to Lindenallee 12.", subject="customer-2")
    a_memory(other, "The warehouse closes at six.", kind="procedure")
    ended = a_memory(robo, "Jonas preferred letters.", subject="customer-1")
    remember(rookie, "Jonas prefers to be left alone.", subject="customer-3")
    with tenant_scope(acme.id):
        expire_memory(actor=bob.actor, memory=ended, reason="outdated")
        Memory.objects.filter(key="contact").update(expires_at=now() + timedelta(days=2))
        append(kind="memory.expired", actor=bob.actor)


def shown(response):
    return {row.excerpt for row in response.context["screen"].rows}


def facets(response):
    return {
        facet.label: {value.label: value for value in facet.values}
        for facet in response.context["screen"].facets
    }


def test_a_search_finds_by_words_and_says_why(desk, dana, store):
    response = desk(dana).get(ADDRESS, {"q": "which animals does Jonas have, dogs?"})
    [first, *_] = response.context["screen"].rows
    assert first.excerpt == "Jonas has two dogs."
    assert "words stand in it" in first.why
    assert first.why in unescape(response.content.decode())


def test_a_search_ranks_as_a_recall_does_and_counts_as_none(desk, acme, dana, robo, store):
    query = "How does Jonas prefer to be reached, by e-mail or telephone?"
    [first, *_] = desk(dana).get(ADDRESS, {"q": query}).context["screen"].rows
    answer = Client().post(
        "/api/v1/recall",
        {"query": query},
        content_type="application/json",
        headers={"Authorization": f"Bearer {robo.key}"},
    )
    assert str(first.memory.id) == answer.json()["results"][0]["id"]
    with tenant_scope(acme.id):
        assert not MemoryAccess.objects.filter(agent=dana.actor.label).exists()
        assert AuditEvent.objects.filter(kind="memory.recalled").count() == 1


def test_the_best_match_comes_first_and_another_order_can_be_chosen(desk, dana, store):
    client = desk(dana)
    best = client.get(ADDRESS, {"q": "Jonas dogs"}).context["screen"].rows
    assert best[0].excerpt == "Jonas has two dogs."
    newest = client.get(ADDRESS, {"sort": "newest"}).context["screen"].rows
    assert [row.memory.id for row in newest] == sorted(
        (row.memory.id for row in newest), reverse=True
    )
    ending = client.get(ADDRESS, {"sort": "ending"}).context["screen"].rows
    ends = [row.expires_at for row in ending]
    assert ends == sorted(ends)
    assert ending[0].excerpt.startswith("Jonas prefers e-mail")


def test_every_facet_counts_what_its_list_then_shows(desk, dana, store):
    client = desk(dana)
    page = client.get(ADDRESS)
    followed = 0
    for values in facets(page).values():
        for value in values.values():
            narrowed = client.get(ADDRESS + value.href)
            assert len(shown(narrowed)) == value.count.number, value
            assert narrowed.context["screen"].count == value.count
            followed += 1
    assert followed > 12


def test_facets_count_within_a_search_and_within_each_other(desk, dana, store):
    client = desk(dana)
    page = client.get(ADDRESS, {"q": "Jonas", "kind": "event"})
    assert shown(page) == {"Jonas has two dogs."}
    assert "Kind" not in facets(page)
    for values in facets(page).values():
        for value in values.values():
            assert shown(client.get(ADDRESS + value.href)) == {"Jonas has two dogs."}


def test_what_is_chosen_is_a_chip_that_takes_it_away(desk, dana, store):
    client = desk(dana)
    page = client.get(ADDRESS, {"kind": "event", "subject": "customer-1"})
    [subject] = [chip for chip in page.context["screen"].chips if chip.label == "About"]
    assert subject.value == "customer-1"
    assert subject.href == "?kind=event"
    assert f'href="{subject.href}"' in unescape(page.content.decode())


def test_a_count_that_is_large_says_so(desk, dana, store, monkeypatch):
    monkeypatch.setattr("memory.facets.MOST_COUNTED", 2)
    page = desk(dana).get(ADDRESS)
    assert "2+" in page.content.decode()
    assert page.context["screen"].count.at_least
    monkeypatch.setattr("memory.facets.MOST_LOOKED_AT", 1)
    assert facets(desk(dana).get(ADDRESS))["Kind"]["Fact"].count.at_least


def test_where_nothing_fits_well_the_nearest_are_shown_as_such(desk, dana, store, monkeypatch):
    monkeypatch.setattr("memory.retrieval.query.RELATED", 1.0)  # only words tell anything
    page = desk(dana).get(ADDRESS, {"q": "Jonas lives in an abbey overseas"})
    assert "Nothing fits well." in page.content.decode()
    assert "Jonas has two dogs." in shown(page)
    assert "Nothing matches" in desk(dana).get(ADDRESS, {"q": "zymurgy"}).content.decode()


@pytest.mark.parametrize(
    "query", ["state=no", "kind=%00", "agent=1", "expiry=soon", "signed=2", "sort=x", "page=-1"]
)
def test_what_does_not_hold_narrows_nothing(desk, dana, store, query):
    response = desk(dana).get(f"{ADDRESS}?{query}")
    assert response.status_code == 200
    assert shown(response)


@pytest.mark.parametrize("at", ["yesterday", "2999-01-01T00:00", "9999-12-31T23:59:59-23:59"])
def test_a_moment_that_does_not_hold_is_named_beside_its_field(desk, dana, store, at):
    page = desk(dana).get(ADDRESS, {"at": at})
    assert page.status_code == 200
    assert list(page.context["filters"].errors) == ["at"]
    assert 'id="filter_at_error"' in page.content.decode()


def test_carol_neither_finds_nor_counts_what_is_held(desk, carol, dana, store):
    client = desk(carol)
    assert set(facets(client.get(ADDRESS))["State"]) == {"Active", "Expired"}
    assert not shown(client.get(ADDRESS, {"q": "Jonas alone", "state": "pending"}))
    found = desk(dana).get(ADDRESS, {"q": "Jonas alone", "state": "pending"})
    assert shown(found) == {"Jonas prefers to be left alone."}


def test_what_has_ended_is_found_where_one_asks_for_it(desk, carol, store):
    client = desk(carol)
    assert "Jonas preferred letters." not in shown(client.get(ADDRESS, {"q": "letters"}))
    assert shown(client.get(ADDRESS, {"q": "letters", "state": "expired"})) == {
        "Jonas preferred letters."
    }
    assert shown(client.get(ADDRESS, {"q": "letters", "expiry": Expiry.PAST}))


def test_pages_of_a_search_go_on_where_the_last_one_ended(desk, dana, robo):
    for number in range(60):
        a_memory(robo, f"The zebra of stable {number} eats hay.")
    client = desk(dana)
    first = client.get(ADDRESS, {"q": "zebra"})
    second = client.get(ADDRESS + first.context["screen"].page.next)
    assert (len(shown(first)), len(shown(second))) == (50, 10)
    assert not shown(first) & shown(second)
    assert second.context["screen"].page.next is None


@pytest.fixture
def moment(acme, bob, robo, store):
    """A moment, after which much changes."""
    at = now()
    with tenant_scope(acme.id):
        contact = Memory.objects.get(key="contact")
        write = a_write("Jonas prefers pigeons.", subject="customer-1", key="contact")
        revise_memory(actor=bob.actor, memory=contact, write=write, expected_version=1)
        gone = Memory.objects.get(kind="procedure")
        retire_memory(actor=bob.actor, memory=gone, reason="mistake")
        dogs = Memory.objects.get(kind="event")
        expire_memory(actor=bob.actor, memory=dogs, reason="outdated")
    a_memory(robo, "Jonas has moved.", subject="customer-1")
    return at


def test_the_past_shows_what_was_there_and_no_more(desk, dana, moment):
    page = desk(dana).get(ADDRESS, {"at": as_asked(moment)})
    assert shown(page) == {
        "Jonas prefers e-mail to the telephone.",
        "Jonas has two dogs.",
        "Parcels for Ada go to Lindenallee 12.",
        "Jonas preferred letters.",
        "Jonas prefers to be left alone.",
    }
    text = page.content.decode()
    assert f"You look at {moment:%-d %b %Y %H:%M:%S} UTC." in text
    assert "Back to now" in text


def test_the_past_recalls_what_the_api_recalls_as_of_then(desk, dana, robo, moment):
    query = "Jonas prefers dogs, parcels and letters"
    answer = Client().post(
        "/api/v1/recall",
        {"query": query, "as_of": as_asked(moment), "top_k": 100},
        content_type="application/json",
        headers={"Authorization": f"Bearer {robo.key}"},
    )
    told = [(one["id"], one["content"]) for one in answer.json()["results"]]
    assert len(told) == 3
    client = desk(dana)
    then = client.get(ADDRESS, {"at": as_asked(moment)}).context["screen"].rows
    assert {(str(row.memory.id), row.excerpt) for row in then if row.recallable} == set(told)
    sought = client.get(ADDRESS, {"at": as_asked(moment), "q": query}).context["screen"].rows
    assert [(str(row.memory.id), row.excerpt) for row in sought] == [
        one for one in told if one[0] in {str(row.memory.id) for row in sought}
    ]
    assert sought


def test_facets_of_the_past_count_what_their_lists_show(desk, dana, moment):
    client = desk(dana)
    page = client.get(ADDRESS, {"at": as_asked(moment)})
    for values in facets(page).values():
        for value in values.values():
            narrowed = client.get(ADDRESS + value.href)
            assert narrowed.context["screen"].at is not None
            assert len(shown(narrowed)) == value.count.number, value


def test_carol_sees_nothing_in_the_past_that_was_held_then(desk, carol, moment):
    assert "alone" not in desk(carol).get(ADDRESS, {"at": as_asked(moment)}).content.decode()


def test_before_all_nothing_was_there(desk, dana, store):
    page = desk(dana).get(ADDRESS, {"at": "2001-01-01T00:00"}).content.decode()
    assert "Nothing was there yet" in page


def test_mallory_sees_none_of_it_now_or_then(desk, mallory, moment):
    client = desk(mallory)
    for asked in ({}, {"q": "Jonas"}, {"at": as_asked(moment)}, {"subject": "customer-1"}):
        page = client.get(ADDRESS, asked)
        assert not page.context["screen"].rows
        assert page.context["screen"].count.number == 0
        for words in ("dogs", "e-mail", "Lindenallee"):
            assert words not in page.content.decode()


@pytest.mark.parametrize("asked", [{}, {"q": "zebra"}, {"then": "1"}, {"q": "zebra", "then": "1"}])
def test_a_longer_list_asks_the_database_no_more(desk, dana, robo, asked):
    client = desk(dana)

    def questions():
        query = {"q": asked["q"]} if "q" in asked else {}
        if "then" in asked:
            query["at"] = as_asked(now())
        with CaptureQueriesContext(connection) as captured:
            client.get(ADDRESS, query)
        return len(captured)

    for number in range(2):
        a_memory(robo, f"The zebra of stable {number} eats hay.", subject="customer-1")
    questions()
    few = questions()
    for number in range(20):
        a_memory(robo, f"The zebra of barn {number} eats hay.", subject=f"customer-{number}")
    assert questions() <= few
    assert few < 40

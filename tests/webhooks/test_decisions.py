"""An agent asks what became of what it wrote, and waits for it."""

import threading
import time
from types import SimpleNamespace

import pytest
from django.db import connections
from mnemoscope_client import MnemoscopeClient

from console.accounts.actor import system_actor
from console.accounts.authentication import actor_of_key
from console.accounts.key_text import parse_key
from console.accounts.models import ApiKey
from console.accounts.permissions import AGENT_SCOPES, Permission, Role
from console.administration import create_tenant, issue_agent_key, revoke_key
from console.api.v1 import decisions
from console.platform.ids import uuid7
from console.tenancy.scope import tenant_scope
from memory.actions import decide_review, expire_memory
from memory.actions.decide import Decision
from memory.models import ReviewItem
from tests.api.door import door_of, field_codes, problem_of
from tests.api.live import served
from tests.cast import Machine, a_memory, a_person, an_agent, remember


@pytest.fixture
def acme(committed_db):
    """Committed: nothing is told of what may still be rolled back."""
    return create_tenant(slug="acme", name="Acme")


@pytest.fixture
def globex(committed_db):
    return create_tenant(slug="globex", name="Globex")


def held(holder, content="Jonas lives in Hamburg."):
    return remember(holder, content, confidence=0.1)


def decide(person, outcome, decision=Decision.APPROVE):
    with tenant_scope(person.actor.tenant_id):
        return decide_review(
            actor=person.actor, review=outcome.review, decision=decision, reason="accurate"
        )


def told(holder, query=""):
    answer = door_of(holder).get(f"decisions{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def in_a_while(act, seconds=0.5):
    def run():
        time.sleep(seconds)
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_an_agent_is_told_what_became_of_its_write_and_goes_on_from_there(robo, bob):
    first, second = held(robo), held(robo, "Jonas lives in Kiel.")
    assert told(robo) == {"results": [], "next_after": None, "retry_after": None}
    decide(bob, first)
    answer = told(robo)
    assert [one["type"] for one in answer["results"]] == ["memory.state_changed", "review.decided"]
    decided = answer["results"][1]
    assert decided["data"]["memory_id"] == str(first.id)
    assert (decided["data"]["outcome"], decided["data"]["state"]) == ("approved", "active")
    decide(bob, second, Decision.REJECT)
    rest = told(robo, f"?after={answer['next_after']}")
    assert {one["data"]["memory_id"] for one in rest["results"]} == {str(second.id)}
    at_the_end = told(robo, f"?after={rest['next_after']}")
    assert (at_the_end["results"], at_the_end["next_after"]) == ([], rest["next_after"])


def test_page_by_page_each_is_told_once(robo, bob):
    for number in range(3):
        decide(bob, held(robo, f"Fact {number}."))
    seen, after = [], ""
    while (answer := told(robo, f"?limit=2{after}"))["results"]:
        seen += [one["id"] for one in answer["results"]]
        after = f"&after={answer['next_after']}"
    assert len(seen) == len(set(seen)) == 6


def test_of_one_memory_only(robo, bob):
    first, second = held(robo), held(robo, "Jonas lives in Kiel.")
    decide(bob, first)
    decide(bob, second)
    answer = told(robo, f"?memory={second.id}")
    assert {one["data"]["memory_id"] for one in answer["results"]} == {str(second.id)}


def test_nobody_is_told_about_what_another_wrote(acme, robo, rookie, alice, bob, mallory):
    decide(bob, held(robo))
    [one] = {one["data"]["memory_id"] for one in told(robo)["results"]}
    for other in (rookie, alice, mallory):
        assert told(other)["results"] == []
        assert told(other, f"?memory={one}")["results"] == []


def test_another_key_of_the_agent_is_told_and_of_a_person_only_the_key_that_wrote(
    acme, robo, alice, bob
):
    decide(bob, held(robo))
    decide(bob, held(alice_with_key(acme, alice)))
    with tenant_scope(acme.id):
        issued = issue_agent_key(
            actor=system_actor(acme.id, "cast"), agent=robo.agent, label="new", scopes=AGENT_SCOPES
        )
    key = parse_key(issued.text)
    with tenant_scope(acme.id):
        renewed = Machine(robo.agent, actor_of_key(key), issued.text)
    assert len(told(renewed)["results"]) == len(told(robo)["results"]) == 2
    assert len(told(alice)["results"]) == 2


def alice_with_key(acme, alice):
    """She writes over the API: her actor names her key."""
    with tenant_scope(acme.id):
        return Machine(None, actor_of_key(parse_key(alice.key)), alice.key)


def test_whoever_waits_is_answered_when_it_is_decided(robo, bob):
    outcome = held(robo)
    thread = in_a_while(lambda: decide(bob, outcome))
    started = time.monotonic()
    answer = told(robo, f"?memory={outcome.id}&wait=20")
    thread.join()
    assert time.monotonic() - started < 10
    assert answer["results"][-1]["data"]["outcome"] == "approved"


def test_whoever_waits_in_vain_is_answered_in_time_and_holds_no_connection(robo, monkeypatch):
    held_while_asleep = []
    real = time.sleep

    def sleep(seconds):
        held_while_asleep.append(connections["default"].connection is not None)
        real(seconds)

    monkeypatch.setattr(decisions, "sleep", sleep)
    started = time.monotonic()
    assert told(robo, "?wait=2")["results"] == []
    assert 1.5 < time.monotonic() - started < 6
    assert held_while_asleep
    assert not any(held_while_asleep)


def test_whoever_finds_no_place_is_told_when_to_come_again(acme, robo, rookie, monkeypatch):
    monkeypatch.setattr(decisions, "places", decisions.Places(1))
    waiting = in_a_while(lambda: told(rookie, "?wait=4"), seconds=0)
    time.sleep(1)
    started = time.monotonic()
    response = door_of(robo).get("decisions?wait=20")
    assert time.monotonic() - started < 2
    assert response.json()["retry_after"] == int(response["Retry-After"]) == 5
    waiting.join()
    assert told(robo, "?wait=1")["retry_after"] is None


def test_no_key_takes_two_places():
    places, one, two, three = decisions.Places(2), uuid7(), uuid7(), uuid7()
    with places.taken_by(one) as first, places.taken_by(one) as again:
        assert (first, again) == (True, False)
        with places.taken_by(two) as second, places.taken_by(three) as third:
            assert (second, third) == (True, False)
    with places.taken_by(three) as later:
        assert later


def test_a_key_that_is_revoked_while_it_waits_is_told_nothing_more(acme, robo, bob, alice):
    def revoke():
        with tenant_scope(acme.id):
            revoke_key(actor=alice.actor, key=ApiKey.objects.get(id=robo.actor.api_key_id))

    thread = in_a_while(revoke)
    problem_of(door_of(robo).get("decisions?wait=20"), 401, "not_authenticated")
    thread.join()


def test_what_commits_late_is_not_passed_over(acme, robo, bob):
    """Without the horizon a poll would move past a transaction that is still running."""
    early, late = a_memory(robo, "One."), a_memory(robo, "Two.")
    begun, go_on = threading.Event(), threading.Event()

    def slowly():
        with tenant_scope(acme.id):
            expire_memory(actor=bob.actor, memory=early, reason="outdated")
            begun.set()
            go_on.wait(10)

    thread = in_a_while(slowly, seconds=0)
    begun.wait(10)
    with tenant_scope(acme.id):
        expire_memory(actor=bob.actor, memory=late, reason="outdated")
    while_it_runs = told(robo)
    go_on.set()
    thread.join()
    after = f"?after={while_it_runs['next_after']}" if while_it_runs["next_after"] else ""
    seen = while_it_runs["results"] + told(robo, after)["results"]
    assert [one["data"]["memory_id"] for one in seen] == [str(early.id), str(late.id)]


@pytest.mark.parametrize("after", ["x", "AAAA", "!", "a" * 101, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_a_position_that_is_none_is_refused(robo, after):
    problem = problem_of(door_of(robo).get(f"decisions?after={after}"), 422, "invalid")
    assert set(field_codes(problem)) == {"after"}


def test_nobody_waits_longer_than_half_a_minute(robo):
    problem = problem_of(door_of(robo).get("decisions?wait=31"), 422, "invalid")
    assert field_codes(problem) == {"wait": "out_of_range"}


def test_a_key_that_may_not_write_has_nothing_to_hear_of(acme):
    reader = an_agent(acme, "reader", scopes=frozenset({Permission.MEMORY_RECALL}))
    problem_of(door_of(reader).get("decisions"), 403, "not_permitted")
    carol = a_person(acme, "carol", Role.READER)
    problem_of(door_of(carol).get("decisions"), 403, "not_permitted")


def test_the_client_library_waits_for_the_decision_about_its_write(robo, bob):
    with served() as url, MnemoscopeClient(url, robo.key) as client:
        made = client.memories.write("Jonas lives in Hamburg.", confidence=0.1)
        assert client.wait_for_decision(made.id, review_id=made.review_id, timeout=1) is None
        review = SimpleNamespace(review=review_of(bob, made))
        thread = in_a_while(lambda: decide(bob, review, Decision.REJECT))
        decision = client.wait_for_decision(made.id, review_id=made.review_id, timeout=20)
        thread.join()
        assert (decision.outcome, decision.state) == ("rejected", "rejected")
        assert decision.review_id == made.review_id
        page = client.decisions()
        assert decision in page.results
        assert client.decisions(after=page.next_after).results == ()


def review_of(person, made):
    with tenant_scope(person.actor.tenant_id):
        return ReviewItem.objects.get(id=made.review_id)

"""What is told to whom: the event commits with the deed, and carries no word of a memory."""

import json

import pytest
from django.db import transaction

from console.accounts.permissions import Role
from console.tenancy.scope import tenant_scope
from console.webhooks.actions import create_webhook, pause_webhook
from console.webhooks.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from memory.actions import (
    decide_review,
    expire_memories,
    expire_memory,
    retire_memory,
    undo_decision,
)
from memory.actions.decide import Decision
from memory.keeping.sweeps import expire_due
from memory.models import Memory
from tests.cast import a_memory, a_person, an_agent, remember

EVERY = ["review.decided", "review.opened", "memory.state_changed"]
URL = "https://hooks.example.com/mnemoscope"


def decide(person, review, decision=Decision.APPROVE, reason="accurate", **fields):
    return decide_review(
        actor=person.actor, review=review, decision=decision, reason=reason, **fields
    )


def told(kind):
    return [event.data for event in OutgoingEvent.objects.filter(kind=kind).order_by("id")]


@pytest.fixture
def held(in_acme, rookie):
    return remember(rookie, "Jonas lives in Hamburg.")


def test_a_held_write_and_its_approval_are_told_by_ids_and_codes(held, rookie, bob):
    decide(bob, held.review)
    [opened], [decided], [changed] = (told(kind) for kind in EVERY[1::-1] + EVERY[2:])
    about = {
        "memory_id": str(held.id),
        "review_id": str(held.review.id),
        "agent_id": str(rookie.agent.id),
        "version": 1,
    }
    assert opened == about | {"review_kind": "new", "reasons": opened["reasons"]}
    assert opened["reasons"]
    assert decided == about | {
        "outcome": "approved",
        "reason": "accurate",
        "state": "active",
        "version_in_force": 1,
        "by": "user",
    }
    assert (changed["was"], changed["state"], changed["by"]) == ("pending", "active", "user")
    assert "Hamburg" not in json.dumps([event.data for event in OutgoingEvent.objects.all()])


@pytest.mark.parametrize(
    ("decision", "outcome", "state"),
    [
        (Decision.REJECT, "rejected", "rejected"),
        (Decision.EXPIRE, "expired", "expired"),
        (Decision.DELETE, "deleted", "retired"),
    ],
)
def test_each_outcome_is_told_with_the_state_it_left(held, bob, decision, outcome, state):
    decide(bob, held.review, decision, reason="inaccurate")
    [decided] = told("review.decided")
    assert (decided["outcome"], decided["state"]) == (outcome, state)


def test_a_correction_names_the_version_in_force(held, bob):
    decide(bob, held.review, Decision.EDIT, reason="corrected", content="Jonas lives in Kiel.")
    [decided] = told("review.decided")
    assert (decided["outcome"], decided["version"], decided["version_in_force"]) == ("edited", 1, 2)


def test_a_decision_that_is_taken_back_is_told_too(held, bob):
    decide(bob, held.review, Decision.REJECT, reason="inaccurate")
    undo_decision(actor=bob.actor, review=held.review)
    rejected, undone = told("review.decided")
    assert (rejected["outcome"], rejected["state"]) == ("rejected", "rejected")
    assert (undone["outcome"], undone["state"]) == ("undone", "pending")


def test_nothing_is_told_of_what_is_rolled_back(held, bob):
    with transaction.atomic():
        decide(bob, held.review)
        transaction.set_rollback(True)
    assert told("review.decided") == []


def test_what_an_agent_does_to_its_own_it_is_not_told(in_acme, robo):
    memory = a_memory(robo)
    expire_memory(actor=robo.actor, memory=memory, reason="done")
    assert told("memory.state_changed") == []


def test_what_a_person_ends_is_told_and_a_sentence_for_a_reason_is_not(in_acme, robo, bob):
    memory = a_memory(robo)
    retire_memory(actor=bob.actor, memory=memory, reason="Jonas asked for it")
    [changed] = told("memory.state_changed")
    assert (changed["was"], changed["state"], changed["reason"]) == ("active", "retired", "")


def test_an_end_that_was_agreed_is_not_told_and_one_that_comes_sooner_is(acme, bob):
    robo = an_agent(acme, "robo")
    with tenant_scope(acme.id):
        agreed, sooner = a_memory(robo, "One."), a_memory(robo, "Two.")
        Memory.objects.filter(id=agreed.id).update(expires_at=agreed.created_at)
    assert expire_due(acme.id) == 1
    with tenant_scope(acme.id):
        expire_memories(actor=bob.actor, memory_ids=[sooner.id], reason="evicted")
        [changed] = told("memory.state_changed")
    assert (changed["memory_id"], changed["reason"]) == (str(sooner.id), "evicted")


def test_an_endpoint_gets_the_kinds_and_the_agent_it_asked_for(in_acme, alice, bob, rookie):
    other = an_agent(in_acme, "other", trusted=False)

    def listener(**asked):
        return create_webhook(actor=alice.actor, url=URL, **asked).endpoint

    every = listener(kinds=EVERY)
    decisions = listener(kinds=["review.decided"])
    of_other = listener(kinds=EVERY, agent=other.agent)
    decide(bob, remember(rookie, "Jonas lives in Hamburg.").review)

    def sent_to(endpoint):
        found = WebhookDelivery.objects.filter(endpoint_id=endpoint.id)
        return sorted(found.values_list("event__kind", flat=True))

    assert sent_to(every) == sorted(EVERY)
    assert sent_to(decisions) == ["review.decided"]
    assert sent_to(of_other) == []


def test_a_paused_endpoint_collects_and_one_given_up_does_not(in_acme, alice, bob, rookie):
    paused, gone = (
        create_webhook(actor=alice.actor, url=URL, kinds=EVERY).endpoint for _ in range(2)
    )
    pause_webhook(actor=alice.actor, endpoint=paused)
    WebhookEndpoint.objects.filter(id=gone.id).update(
        disabled_at=gone.created_at, disabled_why="gone"
    )
    remember(rookie, "Jonas lives in Hamburg.")
    endpoints = WebhookDelivery.objects.values_list("endpoint_id", flat=True)
    assert list(endpoints) == [paused.id]


def test_another_tenants_endpoint_hears_nothing(acme, globex, rookie):
    mallory = a_person(globex, "mallory", Role.OWNER)
    with tenant_scope(globex.id):
        create_webhook(actor=mallory.actor, url=URL, kinds=EVERY)
    with tenant_scope(acme.id):
        remember(rookie, "Jonas lives in Hamburg.")
        assert OutgoingEvent.objects.count() == 1
    with tenant_scope(globex.id):
        assert not WebhookDelivery.objects.exists()
        assert not OutgoingEvent.objects.exists()


def test_the_sender_is_woken_after_the_commit(
    in_acme, listening, receiver, rookie, bob, django_capture_on_commit_callbacks
):
    held = remember(rookie, "Jonas lives in Hamburg.")
    with django_capture_on_commit_callbacks(execute=True):
        decide(bob, held.review)
        assert receiver.got == []
    [got] = receiver.got
    assert json.loads(got.body)["data"]["outcome"] == "approved"

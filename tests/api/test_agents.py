"""Agents over the API, and the stop button."""

import pytest

from console.accounts.models import AgentFreeze
from console.platform.ids import uuid7
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import a_memory

WHY = {"reason": "It writes what nobody told it."}


def test_carol_reads_agents_and_what_they_did(carol, robo, rookie):
    a_memory(robo)
    door_of(robo).post("recall", {"query": "mail"})
    first, second = door_of(carol).get("agents").json()["results"]
    assert (first["name"], second["name"]) == ("rookie", "robo")
    assert second["writes"] == {"last_7_days": 1, "last_30_days": 1}
    assert second["recalls"]["last_7_days"] == 1
    assert (first["health"], second["health"]) == ("silent", "healthy")
    assert (first["trusted_since"], first["owner"], first["freezes"]) == (None, None, [])
    assert door_of(carol).get(f"agents/{second['id']}").json() == second
    assert len(door_of(carol).get("agents?name=roo").json()["results"]) == 1


def test_bob_freezes_and_alice_thaws(acme, alice, bob, robo):
    address = f"agents/{robo.agent.id}"
    [frozen] = door_of(bob).post(f"{address}/freeze", WHY).json()["freezes"]
    assert (frozen["covers"], frozen["stops"]) == ("agent", "both")
    assert frozen["frozen_by"]["label"] == bob.actor.label
    door = door_of(robo)
    problem_of(door.post("memories", {"content": "x"}), 403, "agent_frozen")
    batch = {"memories": [{"content": "x"}, {"content": "y"}]}
    problem_of(door.post("memories/batch", batch), 403, "agent_frozen")
    problem_of(door.post("recall", {"query": "x"}), 403, "agent_frozen")
    problem_of(door.get("memories"), 403, "agent_frozen")
    problem_of(door.get(f"memories/{uuid7()}"), 403, "agent_frozen")
    problem_of(door_of(bob).post(f"{address}/thaw", WHY), 403, "not_permitted")
    assert door_of(alice).post(f"{address}/thaw", WHY).json() == {"freezes": []}
    assert door.post("memories", {"content": "x"}).status_code == 201
    problem_of(door_of(alice).post(f"{address}/thaw", WHY), 409, "wrong_state")


def test_a_frozen_agents_traces_still_arrive(alice, robo):
    door = door_of(alice)
    door.post("agents/freeze", WHY)
    answer = door_of(robo).client.post(
        "/v1/traces",
        b'{"resourceSpans":[]}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {robo.key}"},
    )
    assert answer.status_code == 200
    problem_of(door_of(robo).post("recall", {"query": "x"}), 403, "agent_frozen")
    assert door.post("agents/thaw", WHY).json() == {"freezes": []}


def test_a_repetition_of_what_was_done_before_is_refused_too(alice, robo):
    door = door_of(robo)
    body = {"content": "x"}
    assert door.post("memories", body, Idempotency_Key="one").status_code == 201
    door_of(alice).post(f"agents/{robo.agent.id}/freeze", WHY | {"stops": "writes"})
    again = door.post("memories", body, Idempotency_Key="one")
    problem_of(again, 403, "agent_frozen")
    assert door.post("recall", {"query": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, {"reason": "required"}),
        ({"reason": " "}, {"reason": "blank"}),
        ({"reason": "r" * 501}, {"reason": "too_long"}),
        (WHY | {"stops": "traces"}, {"stops": "invalid_choice"}),
    ],
)
def test_a_freeze_that_does_not_hold_together_is_refused(acme, alice, robo, body, codes):
    answer = door_of(alice).post(f"agents/{robo.agent.id}/freeze", body)
    assert field_codes(problem_of(answer, 422, "invalid")) == codes
    with tenant_scope(acme.id):
        assert not AgentFreeze.objects.exists()


def test_another_tenants_agent_is_not_there(globex, alice, spybot):
    door = door_of(alice)
    for identifier in (spybot.agent.id, uuid7(), "nonsense"):
        problem_of(door.get(f"agents/{identifier}"), 404, "not_found")
        problem_of(door.post(f"agents/{identifier}/freeze", WHY), 404, "not_found")
        problem_of(door.post(f"agents/{identifier}/thaw", WHY), 404, "not_found")
    with tenant_scope(globex.id):
        assert not AgentFreeze.objects.exists()


def test_an_agent_reads_and_stops_nobody(robo, carol):
    for holder in (robo, carol):
        problem_of(
            door_of(holder).post(f"agents/{robo.agent.id}/freeze", WHY), 403, "not_permitted"
        )
        problem_of(door_of(holder).post("agents/freeze", WHY), 403, "not_permitted")
    problem_of(door_of(robo).get("agents"), 403, "not_permitted")

"""Influence over REST: for those who may read traces, of what they may read."""

from collections.abc import Callable
from uuid import UUID

import pytest

from console.accounts.permissions import Permission
from console.tenancy.models import Tenant
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import Machine, Person, a_memory, an_agent
from tests.influence.conftest import Turn

Begin = Callable[..., Turn]
NOBODYS = UUID(int=7)  # the same in each process that collects


def test_a_memorys_influence_is_told_with_how_sure_each_link_is(
    robo: Machine, carol: Person, turn: Begin
):
    first = a_memory(robo, "Note 1.", subject="customer-7")
    child = a_memory(robo, "Note 2.", derived_from=(first.id,))
    one = turn()
    one.touched(5, first.id)
    one.tool(10)
    one.claims_write(20, "record-9")
    one.send()
    answer = door_of(carol).get(f"memories/{first.id}/influence").json()
    figures = answer["figures"]
    assert figures.pop("first_at") == figures.pop("last_at") == answer["runs"][0]["first_at"]
    assert figures == {
        "recalls": 1,
        "runs": 1,
        "model_calls": 0,
        "tool_calls": 1,
        "derived_memories": 2,
        "subjects": 1,
        "agents": 2,
        "unseen_recalls": 0,
    }
    assert [step["tool"] for step in answer["steps"]] == ["refund"]
    told = {one["id"]: (one["level"], one["link"], one["state"]) for one in answer["memories"]}
    assert told == {
        str(first.id): (0, None, "active"),
        str(child.id): (1, "declared", "active"),
        "record-9": (1, "after", None),
    }
    assert answer["runs"][0]["evidence"] == "recorded"
    assert answer["subjects"] == ["customer-7"]
    assert answer["cut"] == []


def test_a_span_and_an_agent_can_be_asked_about(robo: Machine, carol: Person, turn: Begin):
    first = a_memory(robo, "Note 1.")
    one = turn()
    span_id = one.touched(5, first.id)
    one.tool(10)
    one.send()
    door = door_of(carol)
    of_span = door.get(f"influence?trace_id={one.trace_id.hex()}&span_id={span_id.hex()}").json()
    of_agent = door.get(f"influence?agent={robo.agent.id}").json()
    assert of_span["figures"]["tool_calls"] == of_agent["figures"]["tool_calls"] == 1
    assert (of_span["origin"]["kind"], of_agent["origin"]["kind"]) == ("span", "agent")


def test_whom_a_run_was_about_is_affected_too(robo: Machine, carol: Person, turn: Begin):
    memory = a_memory(robo, "Note 1.", subject="customer-7")
    one = turn(about="customer-9")
    one.touched(5, memory.id)
    one.send()
    answer = door_of(carol).get(f"memories/{memory.id}/influence").json()
    assert answer["subjects"] == ["customer-7", "customer-9"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("influence", "agent"),
        (f"influence?agent={NOBODYS}&span_id=00", "agent"),
        ("influence?span_id=00&trace_id=zz", "trace_id"),
        (f"memories/{NOBODYS}/influence?version=0", "version"),
    ],
)
def test_what_makes_no_sense_is_named(carol: Person, path: str, field: str):
    assert field in field_codes(problem_of(door_of(carol).get(path), 422, "invalid"))


def test_another_tenants_memory_looks_absent_and_its_agent_too(
    robo: Machine, mallory: Person, turn: Begin
):
    memory = a_memory(robo)
    one = turn()
    span_id = one.touched(5, memory.id)
    one.send()
    door = door_of(mallory)
    for path in (
        f"memories/{memory.id}/influence",
        f"memories/{NOBODYS}/influence",
        f"influence?agent={robo.agent.id}",
        f"influence?trace_id={one.trace_id.hex()}&span_id={span_id.hex()}",
    ):
        problem_of(door.get(path), 404, "not_found")


def test_a_key_that_may_not_read_traces_is_refused(acme: Tenant, robo: Machine):
    memory = a_memory(robo)
    blind = an_agent(acme, "blind", scopes=frozenset({Permission.MEMORY_READ}))
    for path in (f"memories/{memory.id}/influence", f"influence?agent={robo.agent.id}"):
        problem_of(door_of(blind).get(path), 403, "not_permitted")


def test_what_a_memory_led_to_is_quarantined_once_and_undone(
    acme: Tenant, robo: Machine, bob: Person
):
    first = a_memory(robo, "Note 1.", subject="customer-7")
    child = a_memory(robo, "Note 2.", derived_from=(first.id,))
    door = door_of(bob)
    body = {"influence_of": {"memory": str(first.id)}, "reason": "poisoned"}
    dry = door.post("quarantines", body | {"dry_run": True}).json()
    assert (dry["done"], dry["batch_id"]) == (2, None)
    assert dry["by_agent"] == [{"name": "robo", "memories": 2}]
    assert door.get(f"memories/{first.id}").json()["state"] == "active"
    done = door.post("quarantines", body, idempotency_key="one")
    again = door.post("quarantines", body, idempotency_key="one")
    assert again.json() == done.json()
    assert again["Idempotent-Replayed"] == "true"
    results = {one["id"]: one for one in done.json()["results"]}
    assert set(results) == {str(first.id), str(child.id)}
    assert all(one["state"] == "quarantined" for one in results.values())
    assert all(door.get(f"reviews/{one['review_id']}").json() for one in results.values())
    problem_of(door_of(robo).post("quarantines", body), 403, "not_permitted")
    undone = door.post(f"reviews/decisions/{done.json()['batch_id']}/undo", {}).json()
    assert undone["done"] == 2
    assert door.get(f"memories/{first.id}").json()["state"] == "active"


def test_memories_named_one_by_one_are_told_one_by_one(
    robo: Machine, bob: Person, mallory: Person, spybot: Machine
):
    mine, theirs = a_memory(robo), a_memory(spybot)
    body = {"memories": [str(mine.id), str(theirs.id)], "reason": "suspicious"}
    answer = door_of(bob).post("quarantines", body).json()
    assert [one.get("code") for one in answer["results"]] == [None, "not_found"]
    assert door_of(mallory).get(f"memories/{theirs.id}").json()["state"] == "active"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "poisoned"}, "memories"),
        ({"reason": "poisoned", "memories": []}, "memories"),
        ({"reason": "for fun", "memories": [str(NOBODYS)]}, "reason"),
        ({"reason": "poisoned", "influence_of": {}}, "influence_of.agent"),
        (
            {"reason": "poisoned", "influence_of": {"agent": str(NOBODYS), "version": 1}},
            "influence_of.version",
        ),
    ],
)
def test_a_quarantine_that_makes_no_sense_is_named(
    bob: Person, body: dict[str, object], field: str
):
    problem = problem_of(door_of(bob).post("quarantines", body), 422, "invalid")
    assert field in field_codes(problem)

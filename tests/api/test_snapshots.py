import pytest

from console.tenancy.scope import tenant_scope
from memory.models import Snapshot
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import a_memory

BODY = {"name": "before the fix"}


def made(person, **fields):
    response = door_of(person).post("snapshots", BODY | fields)
    assert response.status_code == 201, response.json()
    return response.json()


def test_bob_makes_a_snapshot_recalls_from_it_and_deletes_it(bob, robo):
    memory = a_memory(robo, "Lives in Bonn.", subject="mia")
    snapshot = made(bob, subject="mia", filters={"kind": "fact"}, reason="ticket 7")
    assert (snapshot["item_count"], snapshot["subject"]) == (1, "mia")
    door = door_of(bob)
    door_of(robo).patch(
        f"memories/{memory.id}", {"content": "Lives in Kiel.", "expected_version": 1}
    )
    question = {"query": "Where does she live?", "snapshot": "before the fix"}
    (hit,) = door.post("recall", question).json()["results"]
    assert (hit["content"], hit["version"]) == ("Lives in Bonn.", 1)
    assert door.get("snapshots").json()["results"] == [snapshot]
    assert door.get(f"snapshots/{snapshot['id']}").json() == snapshot
    items = door.get(f"snapshots/{snapshot['id']}/items").json()["results"]
    assert items == [{"id": str(memory.id), "version": 1, "state": "active"}]
    assert door.delete(f"snapshots/{snapshot['id']}").status_code == 204
    problem_of(door.post("recall", question), 404, "not_found")


REFUSED = {
    "no name": ({"name": " "}, "name", "blank"),
    "a long name": ({"name": "x" * 101}, "name", "too_long"),
    "a filter that is none": ({"filters": {"mood": 1}}, "filters.mood", "unknown_field"),
    "kept for ever": ({"ttl": 10**9}, "ttl", "out_of_range"),
    "the future": ({"as_of": "2999-01-01T00:00:00Z"}, "as_of", "in_the_future"),
    "an unknown subject": ({"subject": "nobody"}, "subject", "unknown_subject"),
    "a misspelt field": ({"asof": "x"}, "asof", "unknown_field"),
}


@pytest.mark.parametrize(("fields", "field", "code"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_hold_is_refused_and_nothing_is_kept(acme, bob, fields, field, code):
    problem = problem_of(door_of(bob).post("snapshots", BODY | fields), 422, "invalid")
    assert field_codes(problem) == {field: code}
    with tenant_scope(acme.id):
        assert not Snapshot.objects.exists()


def test_a_name_taken_is_a_conflict(bob):
    made(bob)
    problem_of(door_of(bob).post("snapshots", BODY), 409, "conflict")


def test_a_snapshot_has_its_own_time(bob):
    made(bob)
    question = {"query": "q", "snapshot": BODY["name"], "as_of": "2026-01-01T00:00:00Z"}
    problem = problem_of(door_of(bob).post("recall", question), 422, "invalid")
    assert field_codes(problem) == {"as_of": "conflicting_fields"}


def test_an_agent_a_reader_and_another_tenant_find_no_snapshot(bob, robo, carol, mallory):
    snapshot = made(bob)
    for other in (robo, carol):
        problem_of(door_of(other).get("snapshots"), 403, "not_permitted")
        problem_of(door_of(other).post("snapshots", BODY), 403, "not_permitted")
    problem_of(
        door_of(robo).post("recall", {"query": "q", "snapshot": BODY["name"]}), 404, "not_found"
    )
    for path in (f"snapshots/{snapshot['id']}", f"snapshots/{snapshot['id']}/items"):
        problem_of(door_of(mallory).get(path), 404, "not_found")
    problem_of(door_of(mallory).delete(f"snapshots/{snapshot['id']}"), 404, "not_found")

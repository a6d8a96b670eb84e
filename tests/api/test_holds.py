import pytest

from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from memory.models import LegalHold, Memory, State
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import a_memory

GROUND = "Case 7 O 12/26"


def test_alice_holds_a_memory_and_whoever_would_end_it_is_told_423(acme, alice, robo):
    memory = a_memory(robo)
    body = {"memory": str(memory.id), "ground": GROUND, "review_at": "2099-01-01T00:00:00Z"}
    response = door_of(alice).post("holds", body)
    assert response.status_code == 201
    placed = response.json()
    assert (placed["memory"], placed["subject"], placed["status"]) == (
        str(memory.id),
        None,
        "standing",
    )
    assert placed["placed_by"]["label"] == alice.actor.label
    for holder in (alice, robo):
        door = door_of(holder)
        problem_of(door.delete(f"memories/{memory.id}"), 423, "legal_hold")
        problem_of(door.post(f"memories/{memory.id}/expire"), 423, "legal_hold")
    with tenant_scope(acme.id):
        assert Memory.objects.get().state == State.ACTIVE
        refused = AuditEvent.objects.filter(kind="request.refused", reason="legal_hold")
        assert refused.count() == 4


def test_a_released_hold_stays_on_record_and_frees_the_memory(acme, alice, dana, robo):
    memory = a_memory(robo, subject="customer-7")
    door = door_of(alice)
    hold_id = door.post("holds", {"subject": "customer-7", "ground": GROUND}).json()["id"]
    problem_of(door.delete(f"memories/{memory.id}"), 423, "legal_hold")
    assert field_codes(problem_of(door.delete(f"holds/{hold_id}"), 422, "invalid")) == {
        "reason": "required"
    }
    assert door.delete(f"holds/{hold_id}?reason=Settled").status_code == 204
    problem_of(door.delete(f"holds/{hold_id}?reason=Settled"), 409, "wrong_state")
    assert door.delete(f"memories/{memory.id}").status_code == 204
    assert door.get("holds").json()["results"] == []
    [kept] = door_of(dana).get("holds?status=released&subject=customer-7").json()["results"]
    assert (kept["release_reason"], kept["released_by"]["label"]) == ("Settled", alice.actor.label)
    assert door_of(dana).get(f"holds/{hold_id}").json() == kept


def test_only_an_owner_may(acme, alice, bob, dana, carol, robo):
    memory = a_memory(robo)
    body = {"memory": str(memory.id), "ground": GROUND}
    for other in (bob, dana, carol, robo):
        problem_of(door_of(other).post("holds", body), 403, "not_permitted")
    hold_id = door_of(alice).post("holds", body).json()["id"]
    for other in (bob, dana, carol, robo):
        problem_of(door_of(other).delete(f"holds/{hold_id}?reason=x"), 403, "not_permitted")
    for other in (carol, robo):
        problem_of(door_of(other).get("holds"), 403, "not_permitted")
    with tenant_scope(acme.id):
        assert LegalHold.objects.get().stands


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"ground": GROUND}, {"memory": "one_scope"}),
        ({"ground": GROUND, "memory": "no"}, {"memory": "wrong_type"}),
        ({"subject": "x"}, {"ground": "required"}),
        ({"subject": "x", "ground": " "}, {"ground": "blank"}),
        ({"subject": "x", "ground": "g" * 501}, {"ground": "too_long"}),
        (
            {"subject": "x", "ground": GROUND, "review_at": "2020-01-01T00:00:00Z"},
            {"review_at": "in_the_past"},
        ),
        (
            {"subject": "x", "ground": GROUND, "review_at": "2099-01-01T00:00:00"},
            {"review_at": "naive_datetime"},
        ),
    ],
)
def test_a_hold_that_does_not_hold_together_is_refused(acme, alice, body, codes):
    problem = problem_of(door_of(alice).post("holds", body), 422, "invalid")
    assert field_codes(problem) == codes
    with tenant_scope(acme.id):
        assert not LegalHold.objects.exists()


def test_another_tenants_memory_and_hold_are_not_there(acme, alice, robo, mallory):
    memory = a_memory(robo)
    body = {"memory": str(memory.id), "ground": GROUND}
    problem_of(door_of(mallory).post("holds", body), 404, "not_found")
    hold_id = door_of(alice).post("holds", body).json()["id"]
    problem_of(door_of(mallory).get(f"holds/{hold_id}"), 404, "not_found")
    problem_of(door_of(mallory).delete(f"holds/{hold_id}?reason=x"), 404, "not_found")


def test_a_period_is_held_and_only_one_scope_is_named(acme, alice, dana, robo):
    door = door_of(alice)
    body = {"since": "2026-01-01T00:00:00Z", "ground": GROUND, "release_people": 2}
    placed = door.post("holds", body).json()
    assert (placed["scope"], placed["until"], placed["release_people"]) == ("period", None, 2)
    held = door.post("holds", {"agent": str(robo.agent.id), "ground": GROUND}).json()
    assert (held["scope"], held["agent"]) == ("agent", str(robo.agent.id))
    both = body | {"subject": "customer-7"}
    assert field_codes(problem_of(door.post("holds", both), 422, "invalid")) == {
        "memory": "one_scope"
    }
    unknown = {"run": "01990000-0000-7000-8000-000000000000", "ground": GROUND}
    problem_of(door.post("holds", unknown), 404, "not_found")
    assert door.delete(f"holds/{placed['id']}?reason=Settled").status_code == 204
    assert door.get(f"holds/{placed['id']}").json()["release_asked_at"] is not None
    problem_of(door.delete(f"holds/{placed['id']}?reason=Settled"), 403, "not_permitted")

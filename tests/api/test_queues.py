from uuid import uuid4

import pytest

from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from memory.models import ReviewQueue
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import remember


def test_alice_sets_a_queue_and_dana_reads_how_it_does(acme, alice, dana, rookie):
    remember(rookie, "Jonas lives in Hamburg.")
    body = {"name": "security", "description": "Ask Ada.", "sla_urgent": 600, "gold_share": 0.1}
    made = door_of(alice).post("queues", body).json()
    assert (made["figures"]["sla_urgent"], made["figures"]["sla_low"]) == (600, 259_200)
    general, security = door_of(dana).get("queues").json()["results"]
    assert (general["id"], general["name"], general["open"]) == (None, "", 1)
    assert general["p50_seconds"] >= 0
    assert (security["id"], security["description"]) == (made["id"], "Ask Ada.")
    assert (security["open"], security["oldest"], security["p95_seconds"]) == (0, None, None)
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="queue.saved")
        assert event.payload["after"]["gold_share"] == 0.1


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, {"name": "required"}),
        ({"name": "A team"}, {"name": "invalid"}),
        ({"name": "general"}, {"name": "reserved"}),
        ({"name": "a", "sla_low": 59}, {"sla_low": "out_of_range"}),
        ({"name": "a", "sla_low": "2 d"}, {"sla_low": "wrong_type"}),
        ({"name": "a", "gold_share": 2}, {"gold_share": "out_of_range"}),
        ({"name": "a", "sla": 60}, {"sla": "unknown_field"}),
    ],
)
def test_a_queue_that_does_not_hold_is_refused(acme, alice, body, codes):
    assert field_codes(problem_of(door_of(alice).post("queues", body), 422, "invalid")) == codes
    with tenant_scope(acme.id):
        assert not ReviewQueue.objects.exists()


def test_only_alice_changes_queues_and_only_what_is_unused_goes(acme, alice, bob, mallory, robo):
    made = door_of(alice).post("queues", {"name": "security"}).json()
    problem_of(door_of(bob).post("queues", {"name": "mine"}), 403, "not_permitted")
    problem_of(door_of(robo).get("queues"), 403, "not_permitted")
    problem_of(door_of(bob).delete(f"queues/{made['id']}"), 403, "not_permitted")
    problem_of(door_of(mallory).delete(f"queues/{made['id']}"), 404, "not_found")
    problem_of(door_of(alice).delete(f"queues/{uuid4()}"), 404, "not_found")
    assert door_of(alice).delete(f"queues/{made['id']}").status_code == 204
    with tenant_scope(acme.id):
        assert not ReviewQueue.objects.exists()

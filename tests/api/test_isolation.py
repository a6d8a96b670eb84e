"""Absent, malformed, another tenant's and not for this key: one answer."""

import pytest

from audit.models import AuditEvent
from console.platform.ids import uuid7
from console.tenancy.scope import tenant_scope
from memory.models import Memory, State
from tests.api.door import door_of, problem_of
from tests.cast import a_memory, remember

ONE_MEMORY = {
    "read": ("GET", "memories/{id}", None),
    "change": ("PATCH", "memories/{id}", {"content": "y", "expected_version": 1}),
    "delete": ("DELETE", "memories/{id}", None),
    "versions": ("GET", "memories/{id}/versions", None),
    "restore": ("POST", "memories/{id}/restore", {"version": 1}),
    "expire": ("POST", "memories/{id}/expire", {}),
}
MALFORMED = ["nonsense", "1", "0" * 36, "%00", "{019aa5a2-5c1e-7d52-9f2b-0f5f4f1f2a3b}"]


def answer_of(door, case, identifier, code="not_found"):
    method, path, body = case
    problem = problem_of(door.send(method, path.format(id=identifier), body), 404, code)
    del problem["request_id"]
    return problem


@pytest.mark.parametrize("case", ONE_MEMORY.values(), ids=ONE_MEMORY)
def test_another_tenants_memory_looks_like_one_that_never_was(robo, mallory, globex, case):
    theirs = a_memory(mallory)
    door = door_of(robo)
    absent = answer_of(door, case, uuid7())
    assert answer_of(door, case, theirs.id) == absent
    for text in MALFORMED:
        assert answer_of(door, case, text) == absent
    with tenant_scope(globex.id):
        assert Memory.objects.get().state == State.ACTIVE


def test_another_tenants_review_looks_like_one_that_never_was(alice, spybot):
    review = remember(spybot, confidence=0.1).review
    door = door_of(alice)
    for case in (
        ("GET", "reviews/{id}", None),
        ("POST", "reviews/{id}/decide", {"decision": "approve", "reason": "accurate"}),
        ("POST", "reviews/{id}/undo", {}),
        ("POST", "reviews/decisions/{id}/undo", {}),
    ):
        absent = answer_of(door, case, uuid7())
        assert answer_of(door, case, review.id) == absent
        assert answer_of(door, case, "nonsense") == absent


def test_lists_recall_and_the_trail_show_nothing_of_another_tenant(alice, mallory, spybot):
    a_memory(spybot, "Globex buys Initech.")
    remember(spybot, "Globex may sell.", confidence=0.2)
    door = door_of(alice)
    assert door.get("memories").json()["results"] == []
    assert door.get("reviews").json()["results"] == []
    assert door.post("recall", {"query": "Globex buys Initech."}).json()["results"] == []
    events = door.get("audit/events").json()["results"]
    assert not [event for event in events if event["kind"] == "memory.written"]


def test_the_attempt_on_another_tenant_is_recorded_where_it_was_made(acme, globex, robo, mallory):
    theirs = a_memory(mallory)
    door_of(robo).delete(f"memories/{theirs.id}")
    with tenant_scope(globex.id):
        assert not AuditEvent.objects.filter(kind="request.refused").exists()
    with tenant_scope(acme.id):
        refusal = AuditEvent.objects.get(kind="request.refused")
    assert refusal.payload == {"door": "DELETE /api/v1/memories/<str:memory_id>", "status": 404}


def test_a_held_memory_is_for_reviewers_and_the_key_that_wrote_it(alice, carol, robo, rookie):
    held = remember(rookie).memory
    assert door_of(rookie).get(f"memories/{held.id}").json()["state"] == "pending"
    assert door_of(alice).get(f"memories/{held.id}").json()["state"] == "pending"
    for other in (robo, carol):
        problem_of(door_of(other).get(f"memories/{held.id}"), 404, "not_found")
        assert door_of(other).get("memories").json()["results"] == []
        assert door_of(other).get("memories?state=pending").json()["results"] == []

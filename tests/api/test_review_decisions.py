"""Decisions of every kind, their undoing, and many at once, over the API."""

import pytest
import time_machine

from audit.models import AuditEvent
from console.platform.clock import now
from console.platform.ids import uuid7
from console.tenancy.scope import tenant_scope
from memory.actions.undo import UNDO_WINDOW
from memory.models import Memory, ReviewDecision, ReviewItem, State
from memory.reviews.batch import MOST_AT_ONCE
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import a_memory, remember

APPROVE = {"decision": "approve", "reason": "accurate"}


@pytest.fixture
def review(robo):
    return remember(robo, "Jonas is moving.", confidence=0.5, subject="customer-4711").review


@pytest.fixture
def three(robo):
    return [remember(robo, f"Fact {n}.", confidence=0.1).review for n in range(3)]


def chosen(reviews, **fields):
    return {"reviews": [{"id": str(one.id)} for one in reviews], **APPROVE, **fields}


def decide(person, review, body):
    return door_of(person).post(f"reviews/{review.id}/decide", body)


def test_bob_quarantines_and_the_item_stays_open(bob, robo, review):
    answer = decide(bob, review, {"decision": "quarantine", "reason": "suspicious"}).json()
    assert (answer["status"], answer["kind"]) == ("open", "quarantine")
    assert answer["memory_state"] == "quarantined"
    shown = door_of(bob).get(f"reviews/{review.id}").json()
    assert [one["outcome"] for one in shown["decisions"]] == ["quarantined"]


def test_bob_merges_it_into_what_is_known(bob, robo, review):
    known = a_memory(robo, "Jonas lives in Kiel.", subject="customer-4711")
    body = {
        "decision": "merge",
        "reason": "completes",
        "into": str(known.id),
        "content": "Jonas lives in Kiel and is moving.",
    }
    answer = decide(bob, review, body).json()
    assert (answer["status"], answer["memory_state"]) == ("merged", "superseded")
    said = door_of(robo).get(f"memories/{known.id}").json()
    assert (said["content"], said["version"]) == ("Jonas lives in Kiel and is moving.", 2)


def test_bob_restores_what_was_in_force_before(bob, robo):
    memory = a_memory(robo, "Bonn.")
    door = door_of(robo)
    door.patch(f"memories/{memory.id}", {"content": "Kiel.", "expected_version": 1})
    change = {"content": "The moon.", "confidence": 0.1, "expected_version": 2}
    review_id = door.patch(f"memories/{memory.id}", change).json()["review_id"]
    body = {"decision": "restore", "reason": "earlier_holds", "version": 1}
    answer = door_of(bob).post(f"reviews/{review_id}/decide", body).json()
    assert answer["status"] == "restored"
    assert door.get(f"memories/{memory.id}").json()["content"] == "Bonn."
    body["version"] = 9
    review_id = door.patch(
        f"memories/{memory.id}", change | {"expected_version": answer["version"]}
    ).json()["review_id"]
    problem = problem_of(door_of(bob).post(f"reviews/{review_id}/decide", body), 422, "invalid")
    assert field_codes(problem) == {"version": "never_in_force"}


def test_a_merge_into_another_tenants_memory_is_one_into_none(bob, review, mallory):
    theirs = a_memory(mallory, "Globex.", subject="customer-4711")
    body = {"decision": "merge", "reason": "duplicate"}
    answers = [
        problem_of(decide(bob, review, body | {"into": str(one)}), 422, "invalid")
        for one in (theirs.id, uuid7())
    ]
    assert [field_codes(one) for one in answers] == [{"into": "unknown_memory"}] * 2


def test_bob_takes_it_back_and_it_waits_again(acme, bob, robo, review):
    decide(bob, review, APPROVE)
    shown = door_of(bob).get(f"reviews/{review.id}").json()
    assert shown["undoable_until"] is not None
    body = {"reason": "slip", "note": "Wrong key.", "decision_id": shown["decisions"][0]["id"]}
    answer = door_of(bob).post(f"reviews/{review.id}/undo", body)
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["memory_state"]) == ("open", "pending")
    assert answer.json()["closed_at"] is None
    shown = door_of(bob).get(f"reviews/{review.id}").json()
    made, undone = shown["decisions"]
    assert (undone["outcome"], undone["undoes_id"]) == ("undone", made["id"])
    assert shown["undoable_until"] is None
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="review.undone")
        assert (event.reason, event.note) == ("slip", "Wrong key.")
    problem_of(door_of(bob).post(f"reviews/{review.id}/undo", body), 409, "not_undoable")


def test_an_undo_that_comes_too_late_or_from_another_is_refused(acme, bob, alice, review):
    decide(alice, review, APPROVE)
    problem_of(door_of(bob).post(f"reviews/{review.id}/undo", {}), 403, "not_permitted")
    with time_machine.travel(now() + UNDO_WINDOW):
        problem = door_of(alice).post(f"reviews/{review.id}/undo", {})
        assert "10 minutes" in problem_of(problem, 409, "not_undoable")["detail"]
    with tenant_scope(acme.id):
        assert Memory.objects.get().state == State.ACTIVE
        reasons = AuditEvent.objects.filter(kind="request.refused").values_list("reason", flat=True)
        assert set(reasons) == {"not_permitted", "not_undoable"}


def test_a_dry_run_says_what_would_become_of_each_and_changes_nothing(acme, bob, robo, three):
    mine = remember(bob, "I say so.", confidence=0.1).review
    body = chosen([*three, mine], dry_run=True)
    body["reviews"].append({"id": str(uuid7())})
    body["reviews"][0]["content_digest"] = "0" * 64
    answer = door_of(bob).post("reviews/decisions", body).json()
    assert (answer["done"], answer["refused"], answer["needs_second_person"]) == (2, 3, 0)
    assert (answer["dry_run"], answer["batch_id"]) == (True, None)
    assert [(one["done"], one.get("code")) for one in answer["results"]] == [
        (False, "stale_version"),
        (True, None),
        (True, None),
        (False, "own_proposal"),
        (False, "not_found"),
    ]
    assert [one["id"] for one in answer["results"]] == [one["id"] for one in body["reviews"]]
    with tenant_scope(acme.id):
        assert not ReviewDecision.objects.exists()
        assert not AuditEvent.objects.filter(kind="request.refused").exists()
        assert ReviewItem.objects.filter(status="open").count() == 4


def test_what_is_decided_at_once_is_taken_back_at_once(acme, bob, three):
    door = door_of(bob)
    answer = door.post("reviews/decisions", chosen(three, note="All read.")).json()
    assert answer["done"] == 3
    assert [one["review_status"] for one in answer["results"]] == ["approved"] * 3
    shown = door.get(f"reviews/{three[0].id}").json()
    assert shown["decisions"][0]["batch_id"] == answer["batch_id"]
    undone = door.post(f"reviews/decisions/{answer['batch_id']}/undo", {"reason": "slip"}).json()
    assert (undone["done"], undone["refused"]) == (3, 0)
    assert {one["review_status"] for one in undone["results"]} == {"open"}
    with tenant_scope(acme.id):
        assert set(Memory.objects.values_list("state", flat=True)) == {State.PENDING}
    again = door.post(f"reviews/decisions/{answer['batch_id']}/undo", {}).json()
    assert {one["code"] for one in again["results"]} == {"not_undoable"}


def test_of_many_each_refusal_is_recorded(acme, bob, robo, three):
    mine = remember(bob, "I say so.", confidence=0.1).review
    answer = door_of(bob).post("reviews/decisions", chosen([*three, mine])).json()
    assert (answer["done"], answer["refused"]) == (3, 1)
    with tenant_scope(acme.id):
        assert AuditEvent.objects.get(kind="request.refused").reason == "own_proposal"
        assert AuditEvent.objects.filter(kind="review.approved").count() == 3


def test_the_same_request_twice_decides_once(acme, bob, three):
    door = door_of(bob)
    first = door.post("reviews/decisions", chosen(three), Idempotency_Key="k")
    second = door.post("reviews/decisions", chosen(three), Idempotency_Key="k")
    assert first.json() == second.json()
    assert first.json()["done"] == 3
    with tenant_scope(acme.id):
        assert ReviewDecision.objects.count() == 3


REFUSED = {
    "none": ({"reviews": []}, {"reviews": "too_short"}),
    "too many": (
        {"reviews": [{"id": str(uuid7())} for _ in range(MOST_AT_ONCE + 1)]},
        {"reviews": "too_long"},
    ),
    "one twice": (
        {"reviews": [{"id": "01a1ff2a-6662-739c-987c-c828efea5290"}] * 2},
        {"reviews": "named_twice"},
    ),
    "an edit of many": ({"decision": "edit_and_approve"}, {"decision": "invalid_choice"}),
    "a merge of many": ({"decision": "merge"}, {"decision": "invalid_choice"}),
    "a flag in words": ({"dry_run": "true"}, {"dry_run": "wrong_type"}),
    "a digest that is none": (
        {"reviews": [{"id": str(uuid7()), "content_digest": "abc"}]},
        {"reviews.0.content_digest": "wrong_type"},
    ),
    "another field": ({"content": "x"}, {"content": "unknown_field"}),
}


@pytest.mark.parametrize(("change", "fields"), REFUSED.values(), ids=REFUSED)
def test_a_request_that_does_not_hold_decides_nothing(acme, bob, three, change, fields):
    problem = problem_of(
        door_of(bob).post("reviews/decisions", chosen(three) | change), 422, "invalid"
    )
    assert field_codes(problem) == fields
    with tenant_scope(acme.id):
        assert not ReviewDecision.objects.exists()


def test_reviews_that_are_not_there_are_not_found(bob, spybot):
    theirs = remember(spybot, confidence=0.1).review
    door = door_of(bob)
    problem_of(door.post("reviews/decisions", chosen([theirs])), 404, "not_found")
    problem_of(door.post(f"reviews/decisions/{uuid7()}/undo", {}), 404, "not_found")

"""Working through the queue over the API: next, claim, heartbeat, release, skip, escalate."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from console.accounts.permissions import Role
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.models import ReviewItem, ReviewSkip
from memory.reviews.claims import LEASE
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import a_person, remember

VERBS = {
    "claim": {},
    "heartbeat": {},
    "release": {},
    "skip": {"reason": "later"},
    "escalate": {"note": "A customer waits."},
}


@pytest.fixture
def erin(acme):
    return a_person(acme, "erin", Role.REVIEWER)


@pytest.fixture
def review(robo):
    return remember(robo, "Jonas is moving.", confidence=0.5, subject="customer-4711").review


def act(person, review, verb, body=None):
    return door_of(person).post(
        f"reviews/{review.id}/{verb}", VERBS[verb] if body is None else body
    )


def test_next_gives_two_people_two_items_and_then_none(bob, erin, robo):
    held = {str(remember(robo, f"Fact {n}", confidence=0.5).review.id) for n in range(2)}
    first = door_of(bob).post("reviews/next").json()["review"]
    second = door_of(erin).post("reviews/next", {}).json()["review"]
    assert {first["id"], second["id"]} == held
    assert (first["claim"]["by"], first["claim"]["name"]) == (str(bob.user.id), "bob")
    assert door_of(bob).post("reviews/next").json() == {"review": None}


def test_next_asked_again_with_one_key_gives_the_same_item(bob, robo):
    for number in range(2):
        remember(robo, f"Fact {number}", confidence=0.5)
    answers = [
        door_of(bob).post("reviews/next", **{"Idempotency-Key": "k-1"}).json() for _ in range(2)
    ]
    assert answers[0] == answers[1]


def test_next_keeps_to_its_filters(bob, robo, rookie, review):
    door = door_of(bob)
    assert door.post("reviews/next", {"agent": str(rookie.agent.id)}).json()["review"] is None
    assert door.post("reviews/next", {"kind": "quarantine"}).json()["review"] is None
    assert door.post("reviews/next", {"queue": "security"}).json()["review"] is None
    taken = door.post("reviews/next", {"subject": "customer-4711", "queue": ""}).json()["review"]
    assert taken["id"] == str(review.id)


def test_what_bob_holds_erin_neither_takes_nor_decides(bob, erin, review):
    assert act(bob, review, "claim").json()["claim"]["name"] == "bob"
    for verb in VERBS:
        problem_of(act(erin, review, verb), 409, "claimed_by_another")
    decision = {"decision": "approve", "reason": "accurate"}
    answer = door_of(erin).post(f"reviews/{review.id}/decide", decision)
    assert "bob" in problem_of(answer, 409, "claimed_by_another")["detail"]
    assert act(bob, review, "release").json()["claim"] is None
    assert door_of(erin).post(f"reviews/{review.id}/decide", decision).status_code == 200


def test_a_heartbeat_keeps_it_and_a_lapsed_claim_is_told(bob, erin, review):
    until = act(bob, review, "claim").json()["claim"]["until"]
    with time_machine.travel(now() + timedelta(minutes=4)):
        assert act(bob, review, "heartbeat").json()["claim"]["until"] > until
    with time_machine.travel(now() + timedelta(minutes=4) + LEASE):
        assert door_of(bob).get(f"reviews/{review.id}").json()["claim"] is None
        problem_of(act(bob, review, "heartbeat"), 409, "wrong_state")
        assert act(erin, review, "claim").status_code == 200


def test_a_skipped_item_comes_to_bob_no_more(acme, bob, erin, review):
    act(bob, review, "skip", {"reason": "not_my_field", "note": "Ask finance."})
    assert door_of(bob).post("reviews/next").json()["review"] is None
    assert door_of(erin).post("reviews/next").json()["review"]["id"] == str(review.id)
    with tenant_scope(acme.id):
        assert ReviewSkip.objects.get().comment == "Ask finance."


def test_an_escalation_raises_it_for_all_to_see(bob, dana, review):
    before = door_of(dana).get(f"reviews/{review.id}").json()
    assert (before["priority"], before["escalation"]) == ("normal", None)
    act(bob, review, "escalate", {"note": "A customer waits.", "two_people": True})
    shown = door_of(dana).get(f"reviews/{review.id}").json()
    assert (shown["priority"], shown["approvals_needed"]) == ("high", 2)
    assert (shown["escalation"]["name"], shown["escalation"]["note"]) == (
        "bob",
        "A customer waits.",
    )
    assert shown["due_at"] < before["due_at"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_decided_review_and_a_reader_and_a_stranger_are_refused(
    bob, dana, carol, mallory, robo, review, verb
):
    for other in (dana, carol, robo):
        problem_of(act(other, review, verb), 403, "not_permitted")
    problem_of(act(mallory, review, verb), 404, "not_found")
    problem_of(door_of(bob).post(f"reviews/{uuid4()}/{verb}", VERBS[verb]), 404, "not_found")
    decision = {"decision": "reject", "reason": "inaccurate"}
    door_of(bob).post(f"reviews/{review.id}/decide", decision)
    problem_of(act(bob, review, verb), 409, "wrong_state")


@pytest.mark.parametrize(
    ("verb", "body", "codes"),
    [
        ("claim", {"minutes": 60}, {"minutes": "unknown_field"}),
        ("skip", {}, {"reason": "required"}),
        ("skip", {"reason": "bored"}, {"reason": "invalid_choice"}),
        ("escalate", {"note": " "}, {"note": "blank"}),
        ("escalate", {"note": "x", "two_people": "yes"}, {"two_people": "wrong_type"}),
        ("escalate", {"note": "x" * 501}, {"note": "too_long"}),
    ],
)
def test_a_body_that_does_not_hold_changes_nothing(acme, bob, review, verb, body, codes):
    assert field_codes(problem_of(act(bob, review, verb, body), 422, "invalid")) == codes
    with tenant_scope(acme.id):
        kept = ReviewItem.objects.get()
        assert (kept.claimed_until, kept.escalated_at) == (None, None)
        assert not ReviewSkip.objects.exists()


def test_the_list_tells_the_clock_of_each_and_keeps_its_order_over_pages(bob, robo):
    for number in range(5):
        remember(robo, f"Fact {number}", confidence=0.1 * number)
    door = door_of(bob)
    whole = [row["id"] for row in door.get("reviews").json()["results"]]
    page = door.get("reviews?limit=2").json()
    paged = page["results"]
    assert {row["clock"] for row in paged} == {"in_time"}
    with time_machine.travel(now() + timedelta(hours=20)):
        while page["next_cursor"]:
            page = door.get(f"reviews?limit=2&cursor={page['next_cursor']}").json()
            paged += page["results"]
    assert [row["id"] for row in paged] == whole
    assert page["results"][0]["clock"] == "due_soon"


def test_the_parts_of_a_score_are_told(bob, review):
    score = door_of(bob).get(f"reviews/{review.id}").json()["score"]
    made = 1.0
    for part in score["parts"]:
        made = made * part["value"] if part["how"] == "times" else made + part["value"]
        assert part["words"].endswith(".")
    assert made == pytest.approx(score["value"])

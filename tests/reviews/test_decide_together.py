"""bob decides many at once: each by itself, none by half, and all of it can be taken back."""

import pytest

from audit.models import AuditEvent
from console.accounts.permissions import Role
from console.platform.errors import InvalidInputError, NotFoundError, NotPermittedError
from memory.actions import (
    activate_policy,
    claim_review,
    decide_review,
    decide_reviews,
    preview_decisions,
    retire_memory,
    save_policy,
    undo_decision,
    undo_decisions,
)
from memory.models import Memory, ReviewDecision, ReviewItem, State
from memory.reviews.batch import MOST_AT_ONCE
from memory.reviews.decisions import IN_BULK, Decision
from tests.cast import a_person, remember
from tests.policies.conftest import a_rule
from tests.reviews.world import everything


def together(person, reviews, decision=Decision.APPROVE, **fields):
    fields.setdefault("reason", "other")
    return decide_reviews(actor=person.actor, reviews=reviews, decision=decision, **fields)


def codes(batch):
    return [verdict.refusal.code if verdict.refusal else "done" for verdict in batch.verdicts]


def states():
    return set(Memory.objects.values_list("state", flat=True))


@pytest.fixture
def seven(in_acme, robo):
    return [remember(robo, f"Fact {n}.", confidence=0.1).review for n in range(7)]


@pytest.fixture
def mine(in_acme, bob):
    return remember(bob, "I say so.", confidence=0.1).review


@pytest.fixture
def critical(in_acme, alice, robo):
    version = save_policy(actor=alice.actor, body={"rules": [a_rule("doubles", approvals=2)]})
    activate_policy(actor=alice.actor, version=version)
    return remember(robo, "The gate code is 4711.").review


@pytest.mark.parametrize("decision", sorted(IN_BULK))
def test_each_is_decided_and_audited_and_knows_its_batch(seven, bob, decision):
    batch = together(bob, seven, decision, comment="all seven read")
    assert codes(batch) == ["done"] * 7
    assert set(ReviewDecision.objects.values_list("batch_id", "comment")) == {
        (batch.id, "all seven read")
    }
    one_by_one = AuditEvent.objects.filter(object_kind="review", payload__batch_id=str(batch.id))
    assert set(one_by_one.values_list("object_id", flat=True)) == {one.id for one in seven}
    event = AuditEvent.objects.get(kind="reviews.decided")
    assert (event.object_id, event.payload["done"]) == (batch.id, 7)
    assert len(states()) == 1


@pytest.mark.parametrize("decision", sorted(IN_BULK))
def test_a_batch_is_taken_back_whole(seven, bob, decision):
    before = everything()
    batch = together(bob, seven, decision)
    assert everything() != before
    undone = undo_decisions(actor=bob.actor, batch_id=batch.id)
    assert codes(undone) == ["done"] * 7
    assert everything() == before
    event = AuditEvent.objects.get(kind="reviews.undone")
    assert (event.payload["batch_id"], event.payload["done"]) == (str(batch.id), 7)
    assert AuditEvent.objects.filter(kind="review.undone").count() == 7


def test_two_that_contradict_each_other_are_taken_back_in_turn(in_acme, robo, bob):
    place = {"subject": "customer-4711", "key": "address", "confidence": 0.1}
    reviews = [remember(robo, f"Lives in {city}.", **place).review for city in ("Ulm", "Bonn")]
    before = everything()
    batch = together(bob, reviews)
    assert sorted(Memory.objects.values_list("state", flat=True)) == ["active", "superseded"]
    assert codes(undo_decisions(actor=bob.actor, batch_id=batch.id)) == ["done", "done"]
    assert everything() == before


def test_what_is_refused_stops_no_other_and_says_why(seven, mine, critical, bob, alice):
    decide_review(actor=alice.actor, review=seven[0], decision=Decision.REJECT, reason="other")
    claim_review(actor=alice.actor, review=seven[1])
    seen = {review.id: bytes(review.content_digest) for review in seven} | {seven[2].id: b"\0" * 32}
    batch = together(bob, [*seven, critical, mine], seen=seen)
    assert codes(batch) == [
        "wrong_state",
        "claimed_by_another",
        "stale_version",
        *["done"] * 4,
        "needs_second_person",
        "own_proposal",
    ]
    assert batch.critical == [critical]
    assert ReviewDecision.objects.filter(batch_id=batch.id).count() == 4
    event = AuditEvent.objects.get(kind="reviews.decided")
    assert event.payload["refused"] == {
        "claimed_by_another": 1,
        "needs_second_person": 1,
        "own_proposal": 1,
        "stale_version": 1,
        "wrong_state": 1,
    }


def test_nothing_is_half_done_within_an_item(in_acme, robo, rookie, bob):
    held = remember(rookie, "Jonas calls back.", confidence=0.1)
    Memory.objects.filter(id=held.id).update(state=State.RETIRED)
    sound = remember(rookie, "Jonas sails.").review
    batch = together(bob, [held.review, sound])
    assert codes(batch) == ["wrong_state", "done"]
    assert ReviewItem.objects.get(id=held.review.id).is_open
    assert not ReviewDecision.objects.filter(review_id=held.review.id).exists()


def test_a_dry_run_tells_what_would_become_of_each_and_changes_nothing(seven, mine, critical, bob):
    before, events = everything(), AuditEvent.objects.count()
    reviews = [*seven, critical, mine]
    preview = preview_decisions(
        actor=bob.actor, reviews=reviews, decision=Decision.APPROVE, reason="other"
    )
    assert codes(preview) == ["done"] * 7 + ["needs_second_person", "own_proposal"]
    assert [review.status for review in preview.done] == ["approved"] * 7
    assert (everything(), AuditEvent.objects.count()) == (before, events)
    assert not ReviewDecision.objects.exists()
    assert codes(together(bob, reviews)) == codes(preview)


@pytest.mark.parametrize("decision", sorted(set(Decision) - IN_BULK))
def test_what_says_something_of_each_is_said_one_by_one(seven, bob, decision):
    with pytest.raises(InvalidInputError):
        together(bob, seven, decision)
    assert not ReviewDecision.objects.exists()


def test_a_batch_has_a_size_and_names_nobody_twice(seven, bob):
    for reviews in ([], [seven[0]] * 2, [*seven] * (MOST_AT_ONCE // 7 + 1)):
        with pytest.raises(InvalidInputError):
            together(bob, reviews)
    assert not ReviewDecision.objects.exists()


def test_a_reader_neither_decides_nor_looks_ahead(seven, carol):
    for verb in (decide_reviews, preview_decisions):
        with pytest.raises(NotPermittedError):
            verb(actor=carol.actor, reviews=seven, decision=Decision.APPROVE, reason="other")


def test_of_a_batch_that_went_on_the_rest_is_taken_back(seven, acme, bob, alice):
    batch = together(bob, seven)
    retire_memory(actor=alice.actor, memory=seven[0].memory, reason="x")
    undo_decision(actor=bob.actor, review=seven[1])
    decide_review(actor=alice.actor, review=seven[1], decision=Decision.REJECT, reason="other")
    undone = undo_decisions(actor=bob.actor, batch_id=batch.id)
    assert sorted(codes(undone)) == ["done"] * 5 + ["not_undoable"] * 2
    assert {one.review.id for one in undone.refused} == {seven[0].id, seven[1].id}
    assert ReviewItem.objects.get(id=seven[1].id).status == "rejected"


def test_a_batch_is_its_makers_or_an_owners_to_take_back(seven, acme, bob, alice):
    erin = a_person(acme, "erin", Role.REVIEWER)
    batch = together(bob, seven)
    assert codes(undo_decisions(actor=erin.actor, batch_id=batch.id)) == ["not_permitted"] * 7
    with pytest.raises(NotFoundError):
        undo_decisions(actor=bob.actor, batch_id=seven[0].id)
    assert codes(undo_decisions(actor=alice.actor, batch_id=batch.id)) == ["done"] * 7

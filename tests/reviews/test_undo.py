"""What bob decided he takes back, and all is as it was; or he is told why it cannot be."""

from datetime import timedelta

import pytest
import time_machine

from audit.models import AuditEvent
from console.platform.clock import now
from memory.access import memory_for, visible_versions
from memory.actions import (
    decide_review,
    recall_memories,
    revise_memory,
    undo_decision,
)
from memory.models import (
    Memory,
    MemoryVersion,
    RecallIndex,
    ReviewDecision,
    ReviewItem,
    ReviewKind,
    State,
)
from memory.retrieval.query import RecallQuery
from memory.reviews.decisions import Decision
from memory.verification import check_memories
from tests.cast import a_memory, a_write, remember
from tests.reviews.test_ends import found_unused
from tests.reviews.world import everything

PLACE = {"subject": "customer-4711", "key": "address"}


def decide(person, review, decision=Decision.APPROVE, **fields):
    fields.setdefault("reason", "other")
    return decide_review(actor=person.actor, review=review, decision=decision, **fields)


def undo(person, review, **fields):
    return undo_decision(actor=person.actor, review=review, **fields)


def recalled(machine, query):
    recall = recall_memories(actor=machine.actor, query=RecallQuery(query=query))
    return [hit.version.content for hit in recall.hits]


def in_store(memory):
    return Memory.objects.get(id=memory.id)


@pytest.fixture
def held(in_acme, robo):
    return remember(robo, "Jonas lives in Hamburg.", confidence=0.1)


# Each makes something to decide upon, whose undoing must bring all of it back.


def a_new_one(robo):
    return remember(robo, "Jonas lives in Hamburg.", confidence=0.1, **PLACE).review


def a_contradiction_of_two_that_were_asked_about(robo):
    for _ in range(2):
        found_unused(a_memory(robo, "Lives in Bonn.", **PLACE))
    return remember(robo, "Lives in Kiel.", **PLACE).review


def a_revision(robo):
    memory = a_memory(robo, "Lives in Bonn.", **PLACE)
    write = a_write("Lives in Ulm.", confidence=0.1, key="address", subject="customer-4711")
    return revise_memory(actor=robo.actor, memory=memory, write=write, expected_version=1).review


def a_doubt_about_a_source(robo):
    source = a_memory(robo, "Lives in Bonn.", **PLACE)
    a_memory(robo, "A dossier.", kind="summary", derived_from=(source.id,))
    return found_unused(source)


def one_that_replaces_another(robo):
    old = a_memory(robo, "Sails.", subject="customer-4711")
    write = {"confidence": 0.1, "subject": "customer-4711", "supersedes": (old.id,)}
    return remember(robo, "Rows.", **write).review


NEVER_IN_FORCE = [
    a_new_one,
    a_contradiction_of_two_that_were_asked_about,
    one_that_replaces_another,
]
SITUATIONS = [*NEVER_IN_FORCE, a_revision, a_doubt_about_a_source]
CASES = [
    (situation, decision)
    for situation in SITUATIONS
    for decision in Decision
    if decision is not Decision.RESTORE or situation not in NEVER_IN_FORCE
]


@pytest.mark.parametrize(("situation", "decision"), CASES)
def test_all_is_as_it_was_before_the_decision(in_acme, robo, bob, situation, decision):
    review = situation(robo)
    other = a_memory(robo, "Is a sailor.", subject="customer-4711", confidence=0.9)
    fields = {"into": other.id} if decision is Decision.MERGE else {}
    if decision in {Decision.EDIT, Decision.MERGE}:
        fields["content"] = "Corrected."
    if decision is Decision.RESTORE:
        write = a_write("Lives in Rome.", key="address", subject="customer-4711")
        revise_memory(actor=robo.actor, memory=review.memory, write=write, expected_version=1)
        fields["number"] = 1
    before, events = everything(), AuditEvent.objects.count()
    decide(bob, review, decision, **fields)
    assert everything() != before
    after, told = AuditEvent.objects.count(), AuditEvent.objects.exclude(kind="review.undone")
    undone = undo(bob, review)
    assert everything() == before
    assert undone.is_open
    assert events < after == told.count()
    event = AuditEvent.objects.get(kind="review.undone")
    assert (event.object_id, event.actor_id) == (review.id, bob.user.id)


def test_an_undo_is_a_decision_that_points_at_the_one_it_undoes(held, bob):
    decide(bob, held.review)
    undo(bob, held.review, reason="slip", comment="the wrong key")
    made, taken_back = ReviewDecision.objects.order_by("decided_at")
    assert (taken_back.outcome, taken_back.undoes_id) == ("undone", made.id)
    assert (taken_back.reason, taken_back.comment) == ("slip", "the wrong key")
    assert taken_back.decided_by_id == bob.user.id
    event = AuditEvent.objects.get(kind="review.undone")
    assert event.payload["undone"] == str(made.id)
    assert event.payload["put_back"] == [str(held.id)]


def test_what_is_undone_is_decided_anew_and_undone_again(held, robo, bob, alice):
    for _ in range(2):
        decide(bob, held.review)
        assert recalled(robo, "Where does Jonas live?") == ["Jonas lives in Hamburg."]
        undo(bob, held.review)
        assert recalled(robo, "Where does Jonas live?") == []
    decide(alice, held.review, Decision.REJECT)
    assert in_store(held.memory).state == State.REJECTED


def test_what_was_in_force_by_mistake_is_read_by_nobody_after(held, bob, carol):
    decide(bob, held.review)
    assert memory_for(carol.actor, held.id).id == held.id
    undo(bob, held.review)
    decide(bob, held.review, Decision.EXPIRE)
    assert not visible_versions(carol.actor, held.memory).exists()
    undo(bob, held.review)
    decide(bob, held.review)
    assert visible_versions(carol.actor, held.memory).count() == 1


def test_an_approval_that_was_undone_is_none_in_recall(in_acme, robo, bob):
    memory = a_memory(robo, "Jonas lives in Hamburg.")
    review = found_unused(memory)
    decide(bob, review)
    assert RecallIndex.objects.get(id=memory.id).is_approved
    undo(bob, review)
    assert not RecallIndex.objects.get(id=memory.id).is_approved
    decide(bob, review, Decision.REJECT)
    undo(bob, review)
    assert not RecallIndex.objects.get(id=memory.id).is_approved


def test_doubts_that_a_decision_raised_are_withdrawn_with_it(in_acme, robo, bob):
    review = a_doubt_about_a_source(robo)
    decide(bob, review, Decision.REJECT)
    doubt = ReviewItem.objects.get(kind=ReviewKind.DOUBT)
    undo(bob, review)
    doubt.refresh_from_db()
    assert doubt.status == "withdrawn"
    assert doubt.closed_at is not None
    event = AuditEvent.objects.get(kind="review.undone")
    assert event.payload["reviews_withdrawn"] == [str(doubt.id)]


def test_an_endorsement_that_was_taken_back_does_not_count(asked_for_two, robo, bob, erin, alice):
    review = remember(robo, "The gate code is 4711.").review
    decide(bob, review)
    undo(bob, review)
    assert decide(erin, review).is_open
    assert not decide(alice, review).is_open


def test_a_correction_that_two_must_agree_on_is_taken_back(asked_for_two, robo, bob, erin):
    review = remember(robo, "The gate code is 4711.").review
    decide(bob, review)
    before = everything()
    assert decide(erin, review, Decision.EDIT, content="It is secret.").version == 2
    undo(erin, review)
    assert everything() == before
    assert decide(erin, review).status == "approved"


def test_an_end_and_a_ttl_come_back_to_the_second(in_acme, rookie, bob):
    held = remember(rookie, "Jonas calls back today.", tier="working")
    with time_machine.travel(now() + timedelta(days=2)):
        before = in_store(held.memory)
        assert decide(bob, held.review).status == "approved"
        assert in_store(held.memory).expires_at > before.expires_at
        undo(bob, held.review)
        after = in_store(held.memory)
    assert (after.expires_at, after.ttl) == (before.expires_at, before.ttl)


def test_what_verifies_verifies_after_an_undo(acme, held, bob):
    decide(bob, held.review, Decision.EDIT, content="Corrected.")
    undo(bob, held.review)
    assert MemoryVersion.objects.count() == 2
    assert check_memories(acme.id, lambda _: None).problems == []

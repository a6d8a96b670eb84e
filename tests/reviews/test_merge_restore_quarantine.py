"""bob folds, restores and quarantines: decisions about more than yes and no."""

import pytest

from audit.models import AuditEvent
from console.platform.errors import InvalidInputError, OwnProposalError, WrongStateError
from memory.actions import (
    activate_policy,
    decide_review,
    recall_memories,
    revise_memory,
    save_policy,
)
from memory.models import (
    Memory,
    ReviewDecision,
    ReviewItem,
    ReviewKind,
    State,
    Visibility,
)
from memory.retrieval.query import RecallQuery
from memory.reviews.decisions import Decision
from tests.cast import a_memory, a_write, remember, versions
from tests.policies.conftest import a_rule


def decide(person, review, decision, **fields):
    fields.setdefault("reason", "other")
    return decide_review(actor=person.actor, review=review, decision=decision, **fields)


def recalled(machine, query):
    recall = recall_memories(actor=machine.actor, query=RecallQuery(query=query))
    return [hit.version.content for hit in recall.hits]


def in_store(memory):
    return Memory.objects.get(id=memory.id)


def a_revision(machine, memory, content):
    write = a_write(content, confidence=0.1)
    return revise_memory(
        actor=machine.actor, memory=memory, write=write, expected_version=memory.version
    ).review


@pytest.fixture
def held(in_acme, robo):
    return remember(robo, "Jonas lives in Hamburg.", confidence=0.1)


@pytest.fixture
def asked_for_two(in_acme, alice):
    version = save_policy(actor=alice.actor, body={"rules": [a_rule("doubles", approvals=2)]})
    activate_policy(actor=alice.actor, version=version)


def test_what_is_put_into_quarantine_stays_open_and_is_released_or_refused_later(held, robo, bob):
    review = decide(bob, held.review, Decision.QUARANTINE, reason="suspicious")
    assert review.is_open
    assert (review.kind, review.opened_as) == (ReviewKind.QUARANTINE, ReviewKind.NEW)
    assert in_store(held.memory).state == State.QUARANTINED
    decision = ReviewDecision.objects.get()
    assert (decision.outcome, decision.reason) == ("quarantined", "suspicious")
    event = AuditEvent.objects.get(kind="review.quarantined")
    assert (event.object_id, event.actor_id) == (review.id, bob.user.id)
    with pytest.raises(WrongStateError, match="quarantine already"):
        decide(bob, review, Decision.QUARANTINE)
    decide(bob, review, Decision.APPROVE)
    assert recalled(robo, "Where does Jonas live?") == ["Jonas lives in Hamburg."]


def test_what_is_in_force_leaves_recall_when_it_is_quarantined(in_acme, robo, bob, alice):
    memory = a_memory(robo, "Jonas lives in Hamburg.")
    held = a_revision(robo, memory, "Jonas lives in Kiel.")
    decide(bob, held, Decision.QUARANTINE)
    assert recalled(robo, "Where does Jonas live?") == ["Jonas lives in Hamburg."]
    assert ReviewItem.objects.get().kind == ReviewKind.QUARANTINE
    with pytest.raises(WrongStateError, match="quarantine already"):
        decide(alice, held, Decision.QUARANTINE)


def test_a_doubted_memory_is_quarantined_as_it_stands_now(in_acme, robo, bob):
    from tests.reviews.test_ends import found_unused  # noqa: PLC0415

    memory = a_memory(robo, "Jonas lives in Hamburg.")
    review = found_unused(memory)
    revise_memory(
        actor=robo.actor, memory=memory, write=a_write("Jonas: Hamburg."), expected_version=1
    )
    review = decide(bob, review, Decision.QUARANTINE)
    assert (review.version, review.first_version) == (2, None)
    assert recalled(robo, "Where does Jonas live?") == []
    decide(bob, review, Decision.APPROVE)
    assert recalled(robo, "Where does Jonas live?") == ["Jonas: Hamburg."]


def test_what_is_merged_lives_on_in_another_memory(held, robo, bob):
    target = a_memory(robo, "Jonas is a sailor.", importance=0.2)
    review = decide(
        bob,
        held.review,
        Decision.MERGE,
        into=target.id,
        content="Jonas is a sailor and lives in Hamburg.",
        reason="completes",
    )
    assert review.status == "merged"
    assert recalled(robo, "Where does Jonas live?") == ["Jonas is a sailor and lives in Hamburg."]
    ended, target = in_store(held.memory), in_store(target)
    assert ended.state == State.SUPERSEDED
    assert (target.version, target.supersedes_id, target.confidence) == (2, ended.id, 0.1)
    assert versions(memory_id=target.id)[1].derived_from == [ended.id]
    event = AuditEvent.objects.get(kind="review.merged")
    assert (event.payload["into"], event.payload["into_version"]) == (str(target.id), 2)
    assert AuditEvent.objects.filter(kind="memory.merged", object_id=target.id).exists()


def test_what_is_known_already_is_folded_without_a_word(held, robo, bob):
    target = a_memory(robo, "Jonas lives in Hamburg, Germany.")
    decide(bob, held.review, Decision.MERGE, into=target.id, reason="duplicate")
    assert in_store(held.memory).state == State.SUPERSEDED
    assert (in_store(target).version, in_store(target).state) == (1, State.ACTIVE)


def test_a_revision_that_is_merged_elsewhere_leaves_what_is_in_force(in_acme, robo, bob):
    memory, target = a_memory(robo, "Jonas sails."), a_memory(robo, "Jonas lives in Kiel.")
    review = a_revision(robo, memory, "Jonas sails in Kiel.")
    decide(
        bob, review, Decision.MERGE, into=target.id, content="Jonas lives in Kiel and sails there."
    )
    assert (in_store(memory).state, in_store(memory).version) == (State.ACTIVE, 1)
    assert in_store(target).version == 2


def test_a_merge_never_shows_a_memory_to_more_than_may_see_it(in_acme, robo, rookie, bob):
    own = remember(robo, "My own.", confidence=0.1, visibility=Visibility.AGENT)
    about_jonas = remember(robo, "Sails.", confidence=0.1, subject="jonas")
    seen_by_all = a_memory(robo, "Everybody's.")
    ended = a_memory(robo, "Gone.", subject="jonas")
    Memory.objects.filter(id=ended.id).update(state=State.RETIRED)
    refused = {
        (own, seen_by_all.id): "seen_by_more",
        (about_jonas, seen_by_all.id): "another_subject",
        (about_jonas, about_jonas.id): "itself",
        (about_jonas, ended.id): "unknown_memory",
        (about_jonas, None): "required",
    }
    for (proposal, into), code in refused.items():
        with pytest.raises(InvalidInputError) as error:
            decide(bob, proposal.review, Decision.MERGE, into=into)
        assert [problem.code for problem in error.value.problems] == [code]
    assert not ReviewDecision.objects.exists()


def test_what_two_must_agree_on_is_not_slipped_into_another_memory(asked_for_two, robo, bob):
    held = remember(robo, "The gate code is 4711.")
    target = remember(robo, "The gate is green.")
    Memory.objects.filter(id=target.id).update(state=State.ACTIVE)
    with pytest.raises(WrongStateError, match="Two people"):
        decide(bob, held.review, Decision.MERGE, into=target.id)
    assert in_store(held.memory).state == State.PENDING


def test_an_earlier_version_takes_effect_instead_of_what_is_proposed(in_acme, robo, bob):
    memory = a_memory(robo, "Jonas lives in Hamburg.")
    write = a_write("Jonas lives in Bonn.")
    revise_memory(actor=robo.actor, memory=memory, write=write, expected_version=1)
    review = a_revision(robo, in_store(memory), "Jonas lives on the moon.")
    review = decide(bob, review, Decision.RESTORE, number=1, reason="earlier_holds")
    assert (review.status, review.first_version, review.version) == ("restored", 3, 4)
    assert recalled(robo, "Where does Jonas live?") == ["Jonas lives in Hamburg."]
    event = AuditEvent.objects.get(kind="review.restored")
    assert (event.payload["restored_version"], event.payload["edited_version"]) == (1, 4)


def test_only_what_was_in_force_before_is_restored(in_acme, robo, bob):
    memory = a_memory(robo, "Jonas lives in Hamburg.")
    decide(bob, a_revision(robo, memory, "On the moon."), Decision.REJECT)
    review = a_revision(robo, memory, "Jonas lives in Bonn.")
    for number, code in {2: "never_in_force", 1: "in_force", 9: "never_in_force"}.items():
        with pytest.raises(InvalidInputError) as error:
            decide(bob, review, Decision.RESTORE, number=number)
        assert error.value.problems[0].code == code
    with pytest.raises(InvalidInputError):
        decide(bob, review, Decision.RESTORE)
    assert in_store(memory).version == 1


@pytest.mark.parametrize("decision", [Decision.QUARANTINE, Decision.MERGE, Decision.RESTORE])
def test_whoever_proposed_it_decides_nothing_of_it(in_acme, bob, robo, decision):
    mine = remember(bob, "I say so.", confidence=0.1)
    with pytest.raises(OwnProposalError):
        decide(bob, mine.review, decision, into=a_memory(robo, "x").id, number=1)
    assert not ReviewDecision.objects.exists()

"""Where the policy asks for two people, both must approve the same text, and neither wrote it."""

import pytest

from audit.models import AuditEvent
from console.accounts.permissions import Role
from console.platform.errors import OwnProposalError, WrongStateError
from memory.actions import activate_policy, decide_review, save_policy
from memory.actions.decide import Decision
from memory.models import Memory, ReviewDecision, ReviewItem, State
from memory.sealing import open_versions
from tests.cast import a_person, remember
from tests.policies.conftest import a_rule


def decide(person, review, decision=Decision.APPROVE, **fields):
    fields.setdefault("reason", "accurate")
    return decide_review(actor=person.actor, review=review, decision=decision, **fields)


@pytest.fixture
def review(in_acme, alice, robo):
    rule = a_rule("doubles", approvals=2, queue="security", priority="urgent", because="Look.")
    version = save_policy(actor=alice.actor, body={"rules": [rule]})
    activate_policy(actor=alice.actor, version=version)
    return remember(robo, "The gate code is 4711.").review


@pytest.fixture
def erin(acme):
    return a_person(acme, "erin", Role.REVIEWER)


def state():
    return Memory.objects.get().state


def test_a_review_says_what_the_policy_asks_of_its_reviewers(review):
    kept = ReviewItem.objects.get()
    assert (kept.queue, kept.priority, kept.approvals_needed) == ("security", 3, 2)


def test_one_approval_leaves_it_open_and_the_second_completes_it(review, bob, erin):
    assert decide(bob, review).is_open
    assert state() == State.PENDING
    first = AuditEvent.objects.get(kind="review.endorsed")
    assert (first.actor_id, first.object_id) == (bob.user.id, review.id)
    assert not AuditEvent.objects.filter(kind="review.approved").exists()
    assert decide(erin, review).status == "approved"
    assert state() == State.ACTIVE
    people = set(ReviewDecision.objects.values_list("decided_by_id", flat=True))
    assert people == {bob.user.id, erin.user.id}


def test_the_same_person_does_not_count_twice(review, bob):
    decide(bob, review)
    for decision in (Decision.APPROVE, Decision.EDIT):
        with pytest.raises(WrongStateError, match="another person"):
            decide(bob, review, decision, content="x")
    assert state() == State.PENDING
    assert ReviewDecision.objects.count() == 1


def test_the_proposer_never_counts(review, alice, bob):
    mine = remember(bob, "I say so.").review
    decide(alice, mine)
    with pytest.raises(OwnProposalError):
        decide(bob, mine)
    assert mine.is_open


@pytest.mark.parametrize("decision", [Decision.REJECT, Decision.EXPIRE, Decision.DELETE])
def test_one_person_is_enough_to_end_it_even_after_approving(review, bob, decision):
    decide(bob, review)
    assert not decide(bob, review, decision).is_open
    assert state() in {State.REJECTED, State.EXPIRED, State.RETIRED}


def test_a_correction_is_a_text_of_its_own_that_another_must_approve(review, bob, erin):
    decide(bob, review)
    corrected = decide(erin, review, Decision.EDIT, content="The gate code is secret.")
    assert corrected.is_open
    assert (corrected.first_version, corrected.version) == (1, 2)
    assert state() == State.PENDING
    with pytest.raises(WrongStateError):
        decide(erin, review)
    assert decide(bob, review).status == "approved"
    memory = Memory.objects.get()
    assert (memory.state, memory.version) == (State.ACTIVE, 2)
    [said] = [v.content for v in open_versions(memory.versions.filter(number=memory.version))]
    assert said == "The gate code is secret."


def test_who_wrote_the_first_text_does_not_approve_its_correction(review, bob, erin):
    mine = remember(bob, "I say so.").review
    decide(erin, mine, Decision.EDIT, content="He says so.")
    with pytest.raises(OwnProposalError):
        decide(bob, mine)

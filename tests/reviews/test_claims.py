"""bob and erin work on one queue: nobody is given what another has in hand."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError

from audit.models import AuditEvent
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.clock import now
from console.platform.errors import (
    ClaimedByAnotherError,
    InvalidInputError,
    NotPermittedError,
    OwnProposalError,
    WrongStateError,
)
from console.tenancy.scope import tenant_scope
from memory.actions import (
    claim_next,
    claim_review,
    decide_review,
    escalate_review,
    keep_claim,
    release_claim,
    skip_review,
)
from memory.actions.claim import MOST_HELD
from memory.actions.decide import Decision
from memory.models import ReviewItem, ReviewSkip
from memory.reviews.claims import LEASE
from memory.reviews.skipping import SkipReason
from tests.cast import a_person, an_agent, remember


@pytest.fixture
def erin(acme):
    return a_person(acme, "erin", Role.REVIEWER)


@pytest.fixture
def held(in_acme, rookie):
    return remember(rookie, "Jonas lives in Hamburg.").review


def following(person, **options):
    review = claim_next(actor=person.actor, **options)
    return review.id if review else None


def approve(person, review):
    return decide_review(
        actor=person.actor, review=review, decision=Decision.APPROVE, reason="accurate"
    )


def events(kind):
    return list(AuditEvent.objects.filter(kind=kind).values_list("actor_id", "object_id"))


def test_two_people_are_never_given_the_same_item(in_acme, rookie, bob, erin):
    items = {remember(rookie, f"Fact {number}.").review.id for number in range(2)}
    assert {following(bob), following(erin)} == items
    assert following(bob) is None
    assert {actor for actor, _ in events("review.claimed")} == {bob.user.id, erin.user.id}


def test_nobody_decides_what_another_has_in_hand(held, bob, erin):
    claim_review(actor=bob.actor, review=held)
    for act in (approve, lambda person, review: claim_review(actor=person.actor, review=review)):
        with pytest.raises(ClaimedByAnotherError, match="bob"):
            act(erin, held)
    assert approve(bob, held).status == "approved"


def test_a_lease_that_nobody_keeps_frees_the_item_by_itself(held, bob, erin):
    claim_review(actor=bob.actor, review=held)
    with time_machine.travel(now() + LEASE + timedelta(seconds=1)):
        assert following(erin) == held.id
        with pytest.raises(ClaimedByAnotherError):
            keep_claim(actor=bob.actor, review=held)


def test_a_heartbeat_keeps_the_claim_and_leaves_no_event(held, bob, erin):
    claim_review(actor=bob.actor, review=held)
    recorded = AuditEvent.objects.count()
    with time_machine.travel(now() + LEASE - timedelta(seconds=1)):
        keep_claim(actor=bob.actor, review=held)
    assert AuditEvent.objects.count() == recorded
    with time_machine.travel(now() + LEASE + timedelta(seconds=1)):
        assert following(erin) is None


def test_the_database_lets_a_heartbeat_pass_without_an_event_and_nothing_else(committed_db):
    acme = create_tenant(slug="acme", name="Acme")
    bob = a_person(acme, "bob", Role.REVIEWER)
    held = remember(an_agent(acme, "rookie", trusted=False), "Jonas lives in Hamburg.").review
    with tenant_scope(acme.id):
        claim_review(actor=bob.actor, review=held)
    with tenant_scope(acme.id):
        keep_claim(actor=bob.actor, review=held)
    for change in ({"claimed_by_label": "x"}, {"claimed_until": None}, {"priority": 3}):
        with pytest.raises(IntegrityError, match="without an audit event"), tenant_scope(acme.id):
            ReviewItem.objects.update(**change)


def test_a_lapsed_claim_is_taken_anew_and_not_kept(held, bob):
    claim_review(actor=bob.actor, review=held)
    with time_machine.travel(now() + LEASE + timedelta(seconds=1)):
        with pytest.raises(WrongStateError, match="take it again"):
            keep_claim(actor=bob.actor, review=held)
        assert claim_review(actor=bob.actor, review=held).claimed_until > now()


def test_what_is_given_back_is_free_at_once(held, bob, erin):
    claim_review(actor=bob.actor, review=held)
    with pytest.raises(ClaimedByAnotherError):
        release_claim(actor=erin.actor, review=held)
    release_claim(actor=bob.actor, review=held)
    assert following(erin) == held.id
    assert events("review.released") == [(bob.user.id, held.id)]
    with pytest.raises(ClaimedByAnotherError):
        release_claim(actor=bob.actor, review=held)


def test_next_never_brings_what_one_proposed_or_answers_for(in_acme, bob, alice, rookie):
    remember(bob, "I say so.", confidence=0.1)
    assert following(bob) is None
    rookie.agent.owner = alice.user
    rookie.agent.save()
    remember(rookie, "Jonas lives in Hamburg.")
    assert claim_next(actor=alice.actor).agent_id is None
    assert following(alice) is None


def test_one_does_not_claim_what_one_proposed(in_acme, bob):
    mine = remember(bob, "I say so.", confidence=0.1).review
    with pytest.raises(OwnProposalError):
        claim_review(actor=bob.actor, review=mine)


def test_next_never_brings_again_what_one_approved_and_the_second_person_need_not_wait(
    held, bob, erin, alice
):
    escalate_review(actor=alice.actor, review=held, comment="Money.", two_people=True)
    claim_review(actor=bob.actor, review=held)
    assert approve(bob, held).is_open
    assert following(bob) is None
    with pytest.raises(WrongStateError, match="another person"):
        claim_review(actor=bob.actor, review=held)
    assert following(erin) == held.id
    assert approve(erin, held).status == "approved"


def test_what_one_skips_goes_to_others(held, bob, erin):
    claim_review(actor=bob.actor, review=held)
    skip_review(
        actor=bob.actor, review=held, reason=SkipReason.NOT_MY_FIELD, comment="Ask finance."
    )
    assert following(bob) is None
    assert following(erin) == held.id
    skip = ReviewSkip.objects.get()
    assert (skip.skipped_by_id, skip.reason, skip.comment) == (
        bob.user.id,
        "not_my_field",
        "Ask finance.",
    )
    assert events("review.skipped") == [(bob.user.id, held.id)]


def test_one_skips_once_and_not_what_another_has_in_hand(held, bob, erin):
    skip_review(actor=bob.actor, review=held, reason=SkipReason.LATER)
    with pytest.raises(WrongStateError, match="skipped"):
        skip_review(actor=bob.actor, review=held, reason=SkipReason.LATER)
    claim_review(actor=bob.actor, review=held)
    with pytest.raises(ClaimedByAnotherError):
        skip_review(actor=erin.actor, review=held, reason=SkipReason.LATER)
    assert ReviewSkip.objects.count() == 1


def test_an_escalated_item_is_due_sooner_and_goes_to_others(held, bob, erin):
    before = ReviewItem.objects.get()
    raised = escalate_review(actor=bob.actor, review=held, comment="A customer waits.")
    assert (before.priority, raised.priority) == (1, 2)
    assert raised.due_at - now() < timedelta(hours=4) < before.due_at - now()
    assert (raised.escalated_by_label, raised.escalation_note) == ("bob", "A customer waits.")
    assert following(bob) is None
    assert following(erin) == held.id
    event = AuditEvent.objects.get(kind="review.escalated")
    assert (event.payload["before"], event.payload["after"]) == ("normal", "high")
    assert event.note == "A customer waits."


def test_escalating_ends_at_urgent_and_needs_a_why(held, bob, erin):
    with pytest.raises(InvalidInputError):
        escalate_review(actor=bob.actor, review=held, comment=" ")
    for _ in range(2):
        escalate_review(actor=bob.actor, review=held, comment="Soon.")
    with pytest.raises(WrongStateError, match="urgent already"):
        escalate_review(actor=bob.actor, review=held, comment="Now!")
    claim_review(actor=bob.actor, review=held)
    with pytest.raises(ClaimedByAnotherError):
        escalate_review(actor=erin.actor, review=held, comment="Now!", two_people=True)


def test_nobody_hoards(in_acme, rookie, bob, erin):
    for number in range(MOST_HELD + 1):
        remember(rookie, f"Fact {number} of many.")
    for _ in range(MOST_HELD):
        assert following(bob)
    with pytest.raises(WrongStateError, match="give them back"):
        following(bob)
    assert following(erin)


@pytest.mark.parametrize("verb", [claim_review, keep_claim, release_claim])
def test_claiming_is_for_those_who_decide(held, dana, verb):
    with pytest.raises(NotPermittedError):
        verb(actor=dana.actor, review=held)
    with pytest.raises(NotPermittedError):
        claim_next(actor=dana.actor)
    with pytest.raises(NotPermittedError):
        skip_review(actor=dana.actor, review=held, reason=SkipReason.LATER)
    with pytest.raises(NotPermittedError):
        escalate_review(actor=dana.actor, review=held, comment="x")
    assert not ReviewItem.objects.filter(claimed_by_id__isnull=False).exists()


def test_what_is_decided_is_claimed_no_more(held, bob, erin):
    approve(bob, held)
    for verb in (claim_review, keep_claim, release_claim):
        with pytest.raises(WrongStateError, match="already approved"):
            verb(actor=erin.actor, review=held)


def test_a_narrowed_next_stays_in_its_filters(in_acme, rookie, robo, bob):
    remember(rookie, "Jonas lives in Hamburg.")
    of_robo = ReviewItem.objects.filter(agent_id=robo.agent.id)
    assert following(bob, among=of_robo) is None

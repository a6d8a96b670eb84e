"""What bob cannot take back, and who cannot for him: all of it stays as it was decided."""

from datetime import timedelta

import pytest
import time_machine

from audit.models import AuditEvent
from console.platform.errors import NotPermittedError, NotUndoableError, OwnProposalError
from memory.actions import (
    expire_memory,
    revise_memory,
    undoable_until,
)
from memory.actions.undo import UNDO_WINDOW
from memory.models import (
    ReviewDecision,
    ReviewItem,
    SealedContent,
    State,
)
from memory.reviews.decisions import Decision
from tests.cast import a_memory, a_write, remember
from tests.reviews.test_ends import found_unused
from tests.reviews.test_undo import PLACE, decide, in_store, undo


@pytest.fixture
def held(in_acme, robo):
    return remember(robo, "Jonas lives in Hamburg.", confidence=0.1)


def test_the_window_closes(held, bob):
    decide(bob, held.review)
    until = undoable_until(ReviewItem.objects.get())
    assert until == ReviewDecision.objects.get().decided_at + UNDO_WINDOW
    with time_machine.travel(until - timedelta(seconds=1), tick=False):
        assert undoable_until(held.review) == until
    with time_machine.travel(until, tick=False):
        assert undoable_until(held.review) is None
        with pytest.raises(NotUndoableError, match="10 minutes ago"):
            undo(bob, held.review)
    assert in_store(held.memory).state == State.ACTIVE
    assert not AuditEvent.objects.filter(kind="review.undone").exists()


def test_nobody_undoes_what_nobody_decided_or_twice(held, bob):
    assert undoable_until(held.review) is None
    with pytest.raises(NotUndoableError, match="Nobody has decided"):
        undo(bob, held.review)
    decide(bob, held.review)
    decision_id = ReviewDecision.objects.get().id
    undo(bob, held.review, decision_id=decision_id)
    assert undoable_until(held.review) is None
    decide(bob, held.review, Decision.REJECT)
    with pytest.raises(NotUndoableError, match="decided anew"):
        undo(bob, held.review, decision_id=decision_id)
    assert in_store(held.memory).state == State.REJECTED


def test_another_reviewer_may_not_but_an_owner_may(held, bob, erin, alice, dana):
    decide(bob, held.review)
    for person in (erin, dana):
        with pytest.raises(NotPermittedError):
            undo(person, held.review)
    undo(alice, held.review)
    assert in_store(held.memory).state == State.PENDING


def test_an_owner_does_not_bring_back_what_she_proposed(in_acme, alice, bob):
    mine = remember(alice, "I say so.", confidence=0.1)
    decide(bob, mine.review, Decision.REJECT)
    with pytest.raises(OwnProposalError):
        undo(alice, mine.review)
    assert in_store(mine.memory).state == State.REJECTED


def test_what_somebody_built_on_stays(held, robo, bob):
    decide(bob, held.review)
    write = a_write("Jonas lives in Kiel.", confidence=0.1)
    revise_memory(actor=robo.actor, memory=held.memory, write=write, expected_version=1)
    with pytest.raises(NotUndoableError, match="changed since"):
        undo(bob, held.review)
    assert in_store(held.memory).state == State.ACTIVE


def test_what_somebody_ended_since_stays_ended(held, bob, alice):
    decide(bob, held.review)
    expire_memory(actor=alice.actor, memory=held.memory, reason="x")
    with pytest.raises(NotUndoableError, match="it is expired"):
        undo(bob, held.review)
    assert in_store(held.memory).state == State.EXPIRED


def test_what_ended_while_another_must_approve_is_not_reopened(asked_for_two, robo, bob, alice):
    held = remember(robo, "The gate code is 4711.")
    decide(bob, held.review)
    expire_memory(actor=alice.actor, memory=held.memory, reason="x")
    with pytest.raises(NotUndoableError, match="expired since"):
        undo(bob, held.review)


def test_what_another_took_the_place_of_does_not_come_back_beside_it(in_acme, robo, bob):
    review = found_unused(a_memory(robo, "Lives in Bonn.", **PLACE))
    decide(bob, review, Decision.REJECT)
    newer = a_memory(robo, "Lives in Kiel.", **PLACE)
    with pytest.raises(NotUndoableError, match=str(newer.id)):
        undo(bob, review)


def test_erased_words_do_not_come_back(held, bob):
    decide(bob, held.review, Decision.DELETE)
    SealedContent.objects.all().delete()
    with pytest.raises(NotUndoableError, match="erased"):
        undo(bob, held.review)

"""Two people open the same item: each is told of the other."""

from datetime import timedelta

import pytest
import time_machine

from console.platform.clock import now
from console.platform.errors import NotPermittedError
from memory.models import ReviewLook
from memory.reviews.presence import KEPT, LOOKS_LAST, forget_looks, look_at, others_looking
from tests.cast import remember


@pytest.fixture
def held(in_acme, rookie):
    return remember(rookie, "Jonas lives in Hamburg.").review


def test_one_is_told_who_else_looks_and_not_of_oneself(held, alice, bob, dana):
    for person in (alice, bob, dana):
        look_at(person.actor, held)
        look_at(person.actor, held)
    assert ReviewLook.objects.count() == 3
    assert others_looking(bob.actor, held) == ["alice", "dana"]


def test_names_are_for_those_who_decide(held, alice, bob, dana, carol):
    look_at(alice.actor, held)
    assert others_looking(dana.actor, held) == []
    assert others_looking(carol.actor, held) == []
    with pytest.raises(NotPermittedError):
        look_at(carol.actor, held)


def test_a_closed_page_is_looked_at_by_nobody(held, alice, bob):
    look_at(alice.actor, held)
    with time_machine.travel(now() + LOOKS_LAST + timedelta(seconds=1)):
        assert others_looking(bob.actor, held) == []
        forget_looks()
        assert ReviewLook.objects.exists()
    with time_machine.travel(now() + KEPT + timedelta(seconds=1)):
        forget_looks()
        assert not ReviewLook.objects.exists()

"""The copy of what is held, by a link for some days or by an owner's hands: always on record."""

from datetime import timedelta

import pytest
import time_machine

from audit.models import AuditEvent
from console.accounts.actor import system_actor
from console.accounts.key_text import HANDOVER_SCHEME, parse_key
from console.platform.clock import now
from console.platform.errors import NotFoundError, NotPermittedError, WrongStateError
from memory.desk import hand_over, take_copy, take_copy_for
from memory.desk.access import handover_of, subjects_of
from memory.models import Handover, SubjectRequest
from tests.desk.desk import approved, ready, somebody


def opened(text):
    return handover_of(parse_key(text, HANDOVER_SCHEME))


@pytest.fixture
def asked(in_acme, alice, bob, robo):
    aliases = [somebody(robo, "jonas@mail.example")]
    return approved(bob, alice, somebody(robo), kind="access", aliases=aliases)


def test_a_link_is_good_for_some_days_and_the_first_download_ends_the_request(
    in_acme, alice, asked
):
    issued = hand_over(actor=alice.actor, request=asked)
    form = system_actor(in_acme.id, "privacy form")
    done = take_copy(actor=form, handover=opened(issued.text))
    assert (done.status, done.outcome) == ("completed", {"handed_over_by": "link"})
    assert take_copy(actor=form, handover=opened(issued.text)).status == "completed"
    assert AuditEvent.objects.filter(kind="subject.exported").count() == 4  # two aliases, twice
    assert issued.text[-20:].encode() not in bytes(Handover.objects.get().digest)
    with time_machine.travel(now() + timedelta(days=8)), pytest.raises(NotFoundError):
        opened(issued.text)


def test_a_link_wears_out(in_acme, alice, asked):
    issued = hand_over(actor=alice.actor, request=asked)
    form = system_actor(in_acme.id, "privacy form")
    for _ in range(5):
        take_copy(actor=form, handover=opened(issued.text))
    with pytest.raises(NotFoundError):
        opened(issued.text)


def test_a_new_link_ends_the_one_before(in_acme, alice, asked):
    first = hand_over(actor=alice.actor, request=asked)
    second = hand_over(actor=alice.actor, request=asked)
    with pytest.raises(NotFoundError):
        opened(first.text)
    assert opened(second.text).request_id == asked.id


def test_an_owner_takes_it_away_to_hand_it_over(in_acme, alice, bob, asked):
    with pytest.raises(NotPermittedError):
        take_copy_for(actor=bob.actor, request=asked)
    done = take_copy_for(actor=alice.actor, request=asked)
    assert done.outcome == {"handed_over_by": "hand"}
    names = [one.external_id for one in subjects_of(done)]
    assert names == ["customer-7", "jonas@mail.example"]


def test_nothing_is_handed_over_before_a_second_person_agrees(in_acme, alice, bob, robo):
    request = ready(bob, somebody(robo), kind="access")
    for verb in (hand_over, take_copy_for):
        with pytest.raises(WrongStateError):
            verb(actor=alice.actor, request=request)
    erasure = approved(bob, alice, somebody(robo, "customer-8"))
    with pytest.raises(WrongStateError, match="something else"):
        hand_over(actor=alice.actor, request=erasure)
    assert not Handover.objects.exists()
    assert SubjectRequest.objects.get(id=request.id).status == "ready"

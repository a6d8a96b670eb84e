"""A memory says from now on what is right, and, if asked, no more what was wrong."""

import pytest

from audit.models import AuditEvent
from console.platform.errors import InvalidInputError, NotFoundError, WrongStateError
from memory.actions import place_hold
from memory.desk import complete_rectification, rectify_memory
from memory.models import Memory, SubjectRequest
from tests.cast import a_memory, versions
from tests.desk.desk import about, approved, ready


@pytest.fixture
def memory(in_acme, robo):
    return a_memory(robo, "Jonas lives in Bonn.", subject="customer-7")


def corrected(person, request, memory, **more):
    said = {"content": "Jonas lives in Berlin.", "expected_version": 1, **more}
    return rectify_memory(actor=person.actor, request=request, memory=memory, **said)


@pytest.mark.parametrize("erase_old", [True, False])
def test_a_new_version_says_what_is_right(in_acme, alice, bob, memory, erase_old):
    request = approved(bob, alice, about(), kind="rectification", wish="I live in Berlin.")
    request = corrected(bob, request, memory, erase_old=erase_old)
    done = complete_rectification(actor=bob.actor, request=request)
    first, second = versions(memory_id=memory.id)
    assert second.content == "Jonas lives in Berlin."
    assert first.opened.is_erased is erase_old
    assert first.content == ("" if erase_old else "Jonas lives in Bonn.")
    assert Memory.objects.get(id=memory.id).version == 2
    assert done.outcome == {"corrected": [str(memory.id)], "versions_erased": int(erase_old)}
    event = AuditEvent.objects.get(kind="subject_request.rectified")
    assert event.payload["memory"] == str(memory.id)
    assert "Berlin" not in str(list(AuditEvent.objects.values_list("payload", "note")))


def test_it_is_about_them_and_agreed_to(in_acme, alice, bob, robo, memory):
    other = a_memory(robo, "Ada lives in Bonn.", subject="customer-8")
    request = approved(bob, alice, about(), kind="rectification")
    with pytest.raises(NotFoundError):
        corrected(bob, request, other)
    with pytest.raises(WrongStateError, match="Nothing was corrected"):
        complete_rectification(actor=bob.actor, request=request)
    unapproved = ready(bob, about("customer-8"), kind="rectification")
    with pytest.raises(WrongStateError):
        corrected(bob, unapproved, other)
    assert Memory.objects.get(id=other.id).version == 1


def test_a_hold_keeps_the_old_words(in_acme, alice, bob, memory):
    place_hold(actor=alice.actor, subject="customer-7", ground="Case 7")
    request = approved(bob, alice, about(), kind="rectification")
    with pytest.raises(InvalidInputError, match="legal hold"):
        corrected(bob, request, memory, erase_old=True)
    assert corrected(bob, request, memory).outcome["versions_erased"] == 0
    assert versions(memory_id=memory.id)[0].content == "Jonas lives in Bonn."
    assert SubjectRequest.objects.get().status == "carrying_out"

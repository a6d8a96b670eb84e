"""Knowing that it is them: a code that reaches only them, or somebody's word for it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEvent
from console.accounts.actor import system_actor
from console.accounts.models import Subject
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError
from memory.desk import ask_identity, confirm_identity, enter_code, name_person
from memory.desk.identity import is_on_record
from memory.models import IdentityCode, SubjectRequest
from tests.desk.desk import received, somebody

WRONG = "00000000"


@pytest.fixture
def request_of(in_acme, bob, robo):
    return received(bob, somebody(robo))


@pytest.fixture
def form(acme):
    return system_actor(acme.id, "privacy form")


def wrong(text):
    return WRONG if text != WRONG else "11111111"


def test_the_right_code_settles_it_and_is_kept_as_a_hash(alice, form, request_of):
    issued = ask_identity(actor=alice.actor, request=request_of, by_mail=False)
    assert issued.request.status == "awaiting_identity"
    assert len(issued.text) == 8
    kept = IdentityCode.objects.get()
    assert issued.text.encode() not in bytes(kept.code_hash)
    spaced = f" {issued.text[:4]} {issued.text[4:]} "
    request = enter_code(actor=form, request=request_of, code=spaced)
    assert (request.status, request.identified_by_kind) == ("ready", "system")
    assert issued.text not in str(list(AuditEvent.objects.values_list("payload", "note")))
    with pytest.raises(WrongStateError):
        enter_code(actor=form, request=request_of, code=issued.text)


def test_three_wrong_ones_use_it_up_and_each_is_on_record(alice, form, request_of):
    issued = ask_identity(actor=alice.actor, request=request_of, by_mail=False)
    for _ in range(3):
        said = enter_code(actor=form, request=request_of, code=wrong(issued.text))
        assert said.status == "awaiting_identity"
    with pytest.raises(WrongStateError, match="used up"):
        enter_code(actor=form, request=request_of, code=issued.text)
    assert AuditEvent.objects.filter(kind="subject_request.code_failed").count() == 3
    assert SubjectRequest.objects.get().status == "awaiting_identity"


def test_it_expires_and_another_takes_its_place(alice, form, request_of):
    first = ask_identity(actor=alice.actor, request=request_of, by_mail=False)
    second = ask_identity(actor=alice.actor, request=request_of, by_mail=False)
    if first.text != second.text:
        assert enter_code(actor=form, request=request_of, code=first.text).status != "ready"
    with (
        time_machine.travel(now() + timedelta(hours=49)),
        pytest.raises(WrongStateError, match="too old"),
    ):
        enter_code(actor=form, request=request_of, code=second.text)
    assert enter_code(actor=form, request=request_of, code=second.text).status == "ready"


def test_nobody_gets_codes_without_end(alice, request_of):
    for _ in range(5):
        ask_identity(actor=alice.actor, request=request_of, by_mail=False)
    with pytest.raises(WrongStateError, match="enough"):
        ask_identity(actor=alice.actor, request=request_of, by_mail=False)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE memory_identitycode SET attempts = 0",
        "UPDATE memory_identitycode SET expires_at = expires_at + '1 day'",
        "UPDATE memory_identitycode SET code_hash = 'x'",
        "DELETE FROM memory_identitycode",
    ],
)
def test_a_code_only_wears_out(alice, form, request_of, statement):
    issued = ask_identity(actor=alice.actor, request=request_of, by_mail=False)
    enter_code(actor=form, request=request_of, code=wrong(issued.text))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_code_is_mailed_only_to_an_address_that_was_on_record(in_acme, alice, bob, robo):
    """What a stranger typed proves that they read what they typed."""
    known = somebody(robo, "jonas@mail.example")
    theirs = received(bob, known, contact="Jonas@mail.example")
    assert is_on_record(theirs)
    assert ask_identity(actor=alice.actor, request=theirs, by_mail=True).text
    strangers = received(bob, known, contact="mallory@mail.example")
    assert not is_on_record(strangers)
    with pytest.raises(InvalidInputError, match="not on record"):
        ask_identity(actor=alice.actor, request=strangers, by_mail=True)


def test_an_address_somebody_says_they_also_have_is_not_on_record(in_acme, bob, robo):
    """Else whoever has an address here could be sent the code of anybody."""
    known = somebody(robo)
    somebody(robo, "mallory@mail.example")
    request = received(
        bob, known, contact="mallory@mail.example", also_named=["mallory@mail.example"]
    )
    assert not is_on_record(request)


def test_whom_it_is_about_is_said_before_it_is_known_that_it_is_them(in_acme, alice, bob, robo):
    request = received(bob)
    with pytest.raises(InvalidInputError, match="whom it is about"):
        confirm_identity(actor=bob.actor, request=request, how="Called back.")
    known, alias = somebody(robo), somebody(robo, "jonas@mail.example")
    named = name_person(actor=bob.actor, request=request, subject=known, aliases=[alias, known])
    assert (named.subject_id, named.alias_ids) == (known.id, [alias.id])
    settled = confirm_identity(actor=bob.actor, request=request, how="Called back.")
    assert settled.status == "ready"
    with pytest.raises(WrongStateError):
        name_person(actor=alice.actor, request=request, subject=alias)


def test_naming_somebody_else_ends_the_code_of_the_one_before(alice, form, robo, request_of):
    issued = ask_identity(actor=alice.actor, request=request_of, by_mail=False)
    other = somebody(robo, "customer-8")
    name_person(actor=alice.actor, request=request_of, subject=other)
    with pytest.raises(WrongStateError):
        enter_code(actor=form, request=request_of, code=issued.text)
    assert Subject.objects.count() == 2

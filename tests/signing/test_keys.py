"""alice gives robo a key to sign with, replaces it without a gap, and takes it away."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from audit.models import AuditEvent
from console.administration import issue_signing_key, revoke_signing_key, rotate_signing_key
from console.keys.models import SigningKey
from console.keys.signing import LAST_USED_RESOLUTION, signing_keys
from console.platform.clock import now
from console.platform.errors import InvalidInputError, NotPermittedError, WrongStateError
from console.tenancy.scope import tenant_scope
from memory.models import WriteSignature
from tests.api.door import door_of, problem_of
from tests.signing.signer import Signer, a_signing_key

BODY = {"content": "Jonas prefers e-mail."}
HOUR = timedelta(hours=1)


@pytest.fixture
def rotated(in_acme, alice, robo):
    """Robo's old key and its successor, which overlap by an hour."""
    old = issue_signing_key(actor=alice.actor, agent=robo.agent)
    new = rotate_signing_key(actor=alice.actor, key=old.key, overlap=HOUR)
    return old, new


def test_what_is_kept_of_a_key_signs_nothing(in_acme, alice, robo):
    issued = issue_signing_key(actor=alice.actor, agent=robo.agent)
    assert issued.text.startswith(issued.key.key_id)
    assert len(issued.key.key_id) == 35
    secret = issued.text.removeprefix(issued.key.key_id)
    kept = str(SigningKey.objects.filter(id=issued.id).values().get())
    told = repr(issued) + repr(signing_keys([issued.key.prefix])) + str(issued.key)
    assert secret not in kept + told + str(list(AuditEvent.objects.values()))
    assert secret.encode() not in bytes(SigningKey.objects.get(id=issued.id).wrapped)
    event = AuditEvent.objects.get(kind="signing_key.created")
    assert (event.object_id, event.actor_id) == (issued.id, alice.user.id)


def test_only_who_manages_keys_makes_rotates_and_revokes_them(in_acme, alice, bob, robo):
    issued = issue_signing_key(actor=alice.actor, agent=robo.agent)
    for forbidden in (
        lambda: issue_signing_key(actor=bob.actor, agent=robo.agent),
        lambda: rotate_signing_key(actor=bob.actor, key=issued.key),
        lambda: revoke_signing_key(actor=robo.actor, key=issued.key),
    ):
        with pytest.raises(NotPermittedError):
            forbidden()
    key = SigningKey.objects.get()
    assert (key.retired_at, key.revoked_at) == (None, None)


def test_a_key_that_is_born_expired_is_refused(in_acme, alice, robo):
    with pytest.raises(InvalidInputError):
        issue_signing_key(actor=alice.actor, agent=robo.agent, expires_at=now() - HOUR)
    assert not SigningKey.objects.exists()


def test_both_keys_sign_while_they_overlap_and_then_only_the_new_one(acme, robo, rotated):
    old, new = (Signer(issued.text) for issued in rotated)
    door = door_of(robo)
    assert door.post("memories", old.signed(BODY)).status_code == 201
    assert door.post("memories", new.signed(BODY)).status_code == 201
    with time_machine.travel(now() + HOUR + timedelta(seconds=1)):
        refused = door.post("memories", old.signed(BODY))
        problem_of(refused, 403, "signature_key_expired")
        assert door.post("memories", new.signed(BODY)).status_code == 201
    with tenant_scope(acme.id):
        assert WriteSignature.objects.count() == 3


def test_a_rotation_is_told_with_both_keys(rotated):
    old, new = rotated
    event = AuditEvent.objects.get(kind="signing_key.rotated")
    assert event.object_id == new.id
    assert event.payload["retired"] == str(old.id)
    kept = SigningKey.objects.get(id=old.id)
    assert event.payload["retired_until"] == kept.expires_at.isoformat()
    assert kept.expires_at == kept.retired_at + HOUR


def test_a_successor_lives_as_long_as_the_key_it_follows_was_made_for(in_acme, alice, robo):
    old = issue_signing_key(actor=alice.actor, agent=robo.agent, expires_at=now() + 90 * 24 * HOUR)
    with time_machine.travel(now() + 89 * 24 * HOUR):
        new = rotate_signing_key(actor=alice.actor, key=old.key, overlap=48 * HOUR)
        left = new.key.expires_at - now()
    assert timedelta(days=89) < left < timedelta(days=91)
    # The overlap gives no key more time than it had.
    assert SigningKey.objects.get(id=old.id).expires_at == old.key.expires_at


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=31)])
def test_an_overlap_out_of_bounds_rotates_nothing(in_acme, alice, robo, overlap):
    issued = issue_signing_key(actor=alice.actor, agent=robo.agent)
    with pytest.raises(InvalidInputError):
        rotate_signing_key(actor=alice.actor, key=issued.key, overlap=overlap)
    assert SigningKey.objects.get().retired_at is None


def test_a_key_has_one_successor_and_a_revoked_one_none(in_acme, alice, rotated):
    old, new = rotated
    with pytest.raises(WrongStateError):
        rotate_signing_key(actor=alice.actor, key=old.key)
    revoke_signing_key(actor=alice.actor, key=new.key)
    with pytest.raises(WrongStateError):
        rotate_signing_key(actor=alice.actor, key=new.key)
    with pytest.raises(WrongStateError):
        revoke_signing_key(actor=alice.actor, key=new.key)
    assert SigningKey.objects.count() == 2
    assert AuditEvent.objects.filter(kind="signing_key.revoked", object_id=new.id).count() == 1


def test_the_last_use_is_noted_to_the_minute_and_not_by_what_is_refused(acme, robo):
    signer = Signer(a_signing_key(robo).text)

    def last_used():
        with tenant_scope(acme.id):
            return SigningKey.objects.get().last_used_at

    door_of(robo).post("memories", signer.signed(BODY) | {"content": "altered"})
    assert last_used() is None
    door_of(robo).post("memories", signer.signed(BODY))
    first = last_used()
    assert first is not None
    door_of(robo).post("memories", signer.signed(BODY))
    assert last_used() == first
    with time_machine.travel(now() + LAST_USED_RESOLUTION + timedelta(seconds=5)):
        door_of(robo).post("memories", signer.signed(BODY))
    assert last_used() > first


def test_a_signature_once_kept_cannot_be_changed_by_the_application(in_acme, robo):
    signer = Signer(a_signing_key(robo).text)
    door_of(robo).post("memories", signer.signed(BODY))
    for change in (
        lambda: WriteSignature.objects.update(nonce="x" * 22),
        lambda: WriteSignature.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert WriteSignature.objects.count() == 1

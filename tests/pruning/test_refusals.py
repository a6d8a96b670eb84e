"""Events stay where anything speaks for them, whoever asks and by whatever way."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from audit.actions import StreamAsked, create_stream, pause_stream
from audit.models import Anchor
from audit.models.stream import StreamKind, StreamState
from audit.proof.pruned import pruned_log
from audit.pruning import prune
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.clock import now
from console.platform.errors import InvalidInputError
from console.tenancy.scope import tenant_scope
from memory.actions import place_hold, release_hold
from memory.models import LegalHold, RetentionRuleSet
from memory.retention.rules import Rules
from tests.cast import a_person
from tests.proof.log import behind_the_applications_back, events, leaves
from tests.pruning.old_log import checkpoint, in_force, looked, swept, tampered, told, verification
from tests.threads import at_once


def test_while_any_hold_stands_no_event_goes(acme, alice, dana):
    in_force(acme, alice)
    old = checkpoint(acme, 2)
    with tenant_scope(acme.id):
        hold = place_hold(
            actor=alice.actor, ground="case", since=now(), until=now() + timedelta(days=1)
        )
    line = looked(acme, alice)
    assert (line["count"], line["held"], line["reason"]) == (0, old.size, "hold")
    with pytest.raises(IntegrityError, match="a legal hold stands"):
        told(acme, 0, old)
    line = swept(acme)
    assert (line["count"], line["held"]) == (0, old.size)
    with tenant_scope(acme.id):
        release_hold(actor=alice.actor, hold=hold, reason="closed")
    assert swept(acme)["count"] == old.size


def test_what_nobody_outside_vouches_for_stays(acme, alice, postgres):
    in_force(acme, alice)
    old = checkpoint(acme, 2)
    tampered(postgres, "DELETE FROM audit_anchor WHERE tenant_id = %s AND checkpoint = 2", acme.id)
    line = looked(acme, alice)
    first = checkpoint(acme, 1).size
    assert (line["count"], line["waiting"], line["reason"]) == (first, old.size - first, "anchor")
    with pytest.raises(IntegrityError, match="nobody outside"):
        told(acme, 0, old)
    assert swept(acme)["count"] == first
    with tenant_scope(acme.id):
        assert not Anchor.objects.filter(checkpoint=2).exists()


def test_what_a_stream_has_yet_to_send_stays_unless_it_is_paused(acme, alice):
    in_force(acme, alice)
    old = checkpoint(acme, 2)
    with tenant_scope(acme.id):
        asked = StreamAsked(name="siem", kind=StreamKind.SYSLOG, address="tls://siem.example:6514")
        stream = create_stream(actor=alice.actor, asked=asked, from_beginning=True).stream
        StreamState.objects.filter(id=stream.id).update(next=old.size - 1)
    line = looked(acme, alice)
    first = checkpoint(acme, 1).size
    assert (line["count"], line["waiting"], line["reason"]) == (first, old.size - first, "stream")
    with pytest.raises(IntegrityError, match="a stream has yet to send"):
        told(acme, 0, old)
    assert swept(acme)["count"] == first
    with tenant_scope(acme.id):
        pause_stream(actor=alice.actor, stream=stream)
    assert swept(acme)["count"] == old.size - first


def test_events_younger_than_half_a_year_stay_whatever_anybody_sets(acme, alice, postgres):
    with pytest.raises(InvalidInputError) as refused:
        Rules(event_days=179)
    assert refused.value.problems[0].field == "event_days"
    in_force(acme, alice, Rules(event_days=180))
    with tenant_scope(acme.id), pytest.raises(IntegrityError, match="half_a_year"):
        RetentionRuleSet.objects.create(
            event_days=1, set_by_kind="user", set_by_id=alice.actor.id, set_by_label="alice"
        )
    with pytest.raises(IntegrityError, match="no checkpoint of that time"):
        told(acme, 0, checkpoint(acme, 4))
    constraint = "events_are_kept_half_a_year"
    table = "ALTER TABLE memory_retentionruleset"
    with behind_the_applications_back(postgres) as superuser:
        superuser.execute(f"{table} DROP CONSTRAINT {constraint}")
        superuser.execute("UPDATE memory_retentionruleset SET event_days = 1")
    try:
        with pytest.raises(IntegrityError, match="no checkpoint of that time"):
            told(acme, 0, checkpoint(acme, 4))
    finally:
        with behind_the_applications_back(postgres) as superuser:
            superuser.execute("UPDATE memory_retentionruleset SET event_days = 180")
            superuser.execute(f"{table} ADD CONSTRAINT {constraint} CHECK (event_days >= 180)")


def test_a_checkpoint_that_was_dated_back_moves_no_event_of_its_own(acme, alice, postgres):
    in_force(acme, alice)
    tampered(
        postgres,
        "UPDATE audit_checkpoint SET made_at = made_at - interval '2 years'"
        " WHERE tenant_id = %s AND number = 4",
        acme.id,
    )
    with pytest.raises(IntegrityError, match="too young"):
        told(acme, 0, checkpoint(acme, 4))


def test_nobody_tells_of_a_removal_that_does_not_hold(acme, alice):
    old = checkpoint(acme, 2)
    with pytest.raises(IntegrityError, match="for good"):
        told(acme, 0, old)
    in_force(acme, alice)
    for payload, why in (
        ({"first": 1}, "only the first"),
        ({"size": 1}, "only the first"),
        ({"size": 1, "count": 1}, "no checkpoint"),
        ({"count": 1}, "only the first"),
        ({"checkpoint": 1}, "no checkpoint"),
        ({"root": "AAAA"}, "no checkpoint"),
    ):
        with pytest.raises(IntegrityError, match=why):
            told(acme, 0, old, **payload)
    assert len(events(acme)) >= old.size
    with tenant_scope(acme.id):
        assert pruned_log() is None


def test_another_tenant_moves_nothing_of_this_one(acme, alice):
    in_force(acme, alice)
    globex = create_tenant(slug="globex", name="Globex")
    mallory = a_person(globex, "mallory", Role.OWNER)
    in_force(globex, mallory)
    before = events(acme).keys()
    with pytest.raises(IntegrityError, match="no checkpoint"):
        told(globex, 0, checkpoint(acme, 2))
    assert prune(globex.id, 365) == 0
    assert events(acme).keys() == before


def test_the_application_deletes_no_event_by_itself(acme, alice):
    in_force(acme, alice)
    for table in ("audit_auditevent", "audit_rowchange"):
        with (
            tenant_scope(acme.id),
            pytest.raises(ProgrammingError, match="permission denied"),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {table}")
    with tenant_scope(acme.id), pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("SELECT mnemoscope_prune_log()")


def test_a_transaction_is_not_cut_in_two(acme, alice, postgres):
    """A checkpoint may be signed amid what one transaction told."""
    in_force(acme, alice)
    old = leaves(acme)[: checkpoint(acme, 2).size + 1]
    tampered(
        postgres,
        "UPDATE audit_auditevent SET xid = (SELECT xid FROM audit_auditevent WHERE id = %s)"
        " WHERE id = %s",
        old[-2].id,
        old[-1].id,
    )
    with pytest.raises(IntegrityError, match="cut in two"):
        told(acme, 0, checkpoint(acme, 2))
    assert swept(acme)["count"] == checkpoint(acme, 1).size


def tried(act):
    try:
        with transaction.atomic():
            return act() or "done"
    except IntegrityError as refused:
        return refused


@pytest.fixture
def meanwhile(acme, alice):
    """Tells of the removal, or places a hold, while the other has yet to commit."""
    in_force(acme, alice)
    old = checkpoint(acme, 2)
    acts = {
        "hold": lambda: place_hold(actor=alice.actor, ground="case", since=now()),
        "removal": lambda: told(acme, 0, old),
    }

    def either(first, second):
        begun = threading.Event()

        def act(number):
            if number:
                begun.wait(10)
                return tried(acts[second])
            acts[first]()
            begun.set()
            time.sleep(0.5)
            return None

        return next(result for result in at_once(acme, act) if result is not None)

    return either


def test_a_removal_waits_for_a_hold_that_is_being_placed_and_is_refused(acme, meanwhile):
    before = events(acme).keys()
    refused = meanwhile("hold", "removal")
    assert isinstance(refused, IntegrityError)
    assert "a legal hold stands" in str(refused)
    assert before <= events(acme).keys()


def test_a_hold_waits_for_a_removal_and_keeps_all_that_is_left(acme, meanwhile):
    began = time.monotonic()
    assert isinstance(meanwhile("removal", "hold"), LegalHold)
    assert time.monotonic() - began > 0.4
    with tenant_scope(acme.id):
        assert pruned_log() is not None
    assert looked(acme, a_person(acme, "anna", Role.OWNER), Rules(event_days=180))["count"] == 0


def test_two_sweeps_at_once_remove_nothing_twice(acme, meanwhile):
    assert isinstance(meanwhile("removal", "removal"), IntegrityError)
    assert verification()[0] == set()

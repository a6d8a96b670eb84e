"""Audit events end too: the first of the log, when the law allows, and the log says that they did.

Committed throughout: a deletion under way would be found by nobody.
"""

import json
import threading
import time
import zipfile
from contextlib import suppress
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from audit.actions import StreamAsked, create_stream, pause_stream
from audit.completeness import reconcile
from audit.event_filter import event_of
from audit.evidence.extent import PrunedPeriodError
from audit.models import Anchor, AuditEvent, Checkpoint, LogLeaf, RowChange
from audit.models.stream import StreamKind, StreamState
from audit.proof.pruned import payload_of, pruned_log
from audit.proof.sequence import sequence_everything
from audit.pruning import prune
from audit.trail import append
from console.accounts.actor import system_actor
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.clock import now
from console.platform.errors import InvalidInputError, NotFoundError
from console.tenancy.scope import tenant_scope
from memory.actions import confirm_retention, place_hold, release_hold, simulate_retention
from memory.models import LegalHold, RetentionRuleSet
from memory.retention.rules import Rules
from memory.retention.sweep import carry_out
from tests.cast import a_memory, a_person, an_agent
from tests.evidence.packs import a_pack, key_of, verified
from tests.proof.log import behind_the_applications_back, events, leaves, some_events
from tests.proof.test_sequencer import a_sequencer
from tests.threads import at_once

YEAR = Rules(event_days=365)


def seal():
    a_sequencer().finish()


@pytest.fixture
def sealed_ago(postgres, monkeypatch):
    """Makes what is not sequenced yet a thing of days ago, and seals it as of then.

    The clock cannot be moved: the database has its own, and takes no scope from another day.
    """

    def sealed(days):
        with behind_the_applications_back(postgres) as superuser:
            superuser.execute(
                "UPDATE audit_auditevent SET recorded_at = recorded_at - make_interval(days => %s)"
                " WHERE id NOT IN (SELECT id FROM audit_logleaf)",
                [days],
            )
        with monkeypatch.context() as patched:
            patched.setattr("audit.proof.checkpoints.now", lambda: now() - timedelta(days=days))
            seal()

    return sealed


@pytest.fixture
def acme(committed_db, settings, tmp_path, sealed_ago):
    """What was done 400 days ago, 200 days ago and today, each under a checkpoint outside."""
    settings.ANCHOR_DIR = str(tmp_path / "anchors")
    acme = create_tenant(slug="acme", name="Acme")
    sealed_ago(400)
    robo = an_agent(acme, "robo")
    a_memory(robo, "The customer bought a lamp.")
    sealed_ago(400)
    a_memory(robo, "The customer bought another lamp.")
    sealed_ago(200)
    some_events(acme, 5)
    seal()
    return acme


@pytest.fixture
def alice(acme):
    return a_person(acme, "alice", Role.OWNER)


@pytest.fixture
def dana(acme):
    return a_person(acme, "dana", Role.AUDITOR)


def in_force(acme, alice, rules=YEAR):
    with tenant_scope(acme.id):
        confirm_retention(
            actor=alice.actor, report=simulate_retention(actor=alice.actor, rules=rules)
        )


def line_of(report):
    [line] = [line for line in report.lines if line["store"] == "events"]
    return line


def swept(acme):
    return line_of(carry_out(acme.id, {}))


def looked(acme, alice, rules=YEAR):
    with tenant_scope(acme.id):
        return line_of(simulate_retention(actor=alice.actor, rules=rules))


def checkpoint(acme, number):
    with tenant_scope(acme.id):
        return Checkpoint.objects.get(number=number)


def verification():
    """What the command found, as codes with places; and all that it said."""
    out = StringIO()
    with suppress(CommandError):
        call_command("verify_audit", "--tenant", "acme", "--json", stdout=out)
    report = json.loads(out.getvalue())["acme"]
    return {(one["code"], one["index"]) for one in report["problems"]}, report


def tampered(postgres, statement, *values):
    with behind_the_applications_back(postgres) as superuser:
        assert superuser.execute(statement, values).rowcount


def told(acme, begins, sealed, **payload):
    """As the sweep does it, or somebody in its place."""
    with tenant_scope(acme.id):
        append(
            actor=system_actor(acme.id, "retention"),
            kind="log.pruned",
            payload=payload_of(begins, sealed) | payload,
        )


def test_a_simulation_says_what_would_go_and_removes_nothing(acme, alice):
    old, before = checkpoint(acme, 2), events(acme)
    line = looked(acme, alice)
    assert (line["count"], line["held"], line["waiting"]) == (old.size, 0, 0)
    assert line["oldest"] == (now() - timedelta(days=400)).date().isoformat()
    assert line["next_at"] == (now() + timedelta(days=365 - 200 + 1)).date().isoformat()
    assert line["rule"] == "365 days"
    assert before.keys() <= events(acme).keys()
    with tenant_scope(acme.id):
        assert pruned_log() is None
    assert all(one["store"] != "events" for one in carry_out(acme.id, {}).lines)


def test_the_sweep_removes_the_beginning_and_the_log_says_so_and_verifies(acme, alice, dana):
    old = checkpoint(acme, 2)
    gone = [leaf.id for leaf in leaves(acme)[: old.size]]
    kept = [leaf.id for leaf in leaves(acme)[old.size :]]
    in_force(acme, alice)
    line = swept(acme)
    assert (line["count"], line["waiting"]) == (old.size, 0)
    assert not events(acme).keys() & set(gone)
    assert events(acme).keys() >= set(kept)
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="log.pruned")
        assert event.payload == payload_of(0, old)
        assert LogLeaf.objects.filter(id__in=gone).count() == old.size
        with pytest.raises(NotFoundError):
            event_of(gone[0])
    assert verification()[0] == set()
    seal()
    out = StringIO()
    call_command("verify_audit", "--tenant", "acme", stdout=out)
    assert f"events 0 to {old.size - 1} were removed by retention on {now():%Y-%m-%d}" in (
        out.getvalue()
    )
    assert "all is well" in out.getvalue()
    assert prune(acme.id, 365) == 0


def test_what_was_changed_goes_with_its_events_and_nothing_is_an_orphan(acme, alice, dana):
    in_force(acme, alice)
    with tenant_scope(acme.id):
        before = RowChange.objects.count()
    swept(acme)
    with tenant_scope(acme.id):
        assert 0 < RowChange.objects.count() < before
        kept = set(AuditEvent.objects.values_list("xid", flat=True))
        assert set(RowChange.objects.values_list("xid", flat=True)) <= kept
    run = reconcile(acme.id, actor=dana.actor, full=True)
    assert (run.untold, run.unmatched, run.doubled) == (0, 0, 0)
    assert run.rows


def test_a_pack_begins_where_events_begin_says_so_and_verifies(acme, alice, dana, tmp_path):
    old = checkpoint(acme, 2)
    in_force(acme, alice)
    swept(acme)
    seal()
    pack = tmp_path / "pack.zip"
    extent = a_pack(dana.actor, pack, now() - timedelta(days=500))
    assert (extent.first, extent.begins_at) == (old.size, 2)
    code, said = verified(pack, key_of(acme), "--checkpoint", str(next(tmp_path.glob("a*/*.log"))))
    assert (code, said["findings"], said["first"]) == (0, [], old.size)
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="log.pruned")
        place = LogLeaf.objects.get(id=event.id).index
    assert said["pruned"]["told_by"] == place
    with zipfile.ZipFile(pack) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        assert manifest["pruned"]["event"] == str(event.id)
        assert (
            f"The {old.size} events before those were removed" in opened.read("README.md").decode()
        )


def test_a_later_period_has_nothing_to_say_of_it_and_an_earlier_one_no_events(
    acme, alice, dana, tmp_path
):
    in_force(acme, alice)
    swept(acme)
    seal()
    later = a_pack(dana.actor, tmp_path / "pack.zip", now() - timedelta(days=100))
    assert later.pruned is None
    assert verified(tmp_path / "pack.zip", key_of(acme))[1]["pruned"] is None
    with pytest.raises(PrunedPeriodError):
        a_pack(dana.actor, tmp_path / "none.zip", None, now() - timedelta(days=401))


def test_a_second_sweep_goes_on_where_the_first_ended(acme, alice):
    in_force(acme, alice)
    swept(acme)
    seal()
    in_force(acme, alice, Rules(event_days=180))
    newer = checkpoint(acme, 3)
    first = checkpoint(acme, 2).size
    assert swept(acme)["count"] == newer.size - first
    with tenant_scope(acme.id):
        assert pruned_log().size == newer.size
    problems, report = verification()
    assert (problems, report["pruned"]) == (set(), newer.size)


def test_batches_end_at_checkpoints(acme, alice, monkeypatch):
    monkeypatch.setattr("audit.pruning.BATCH", 1)
    in_force(acme, alice)
    assert swept(acme)["count"] == checkpoint(acme, 2).size
    with tenant_scope(acme.id):
        ends = AuditEvent.objects.filter(kind="log.pruned").order_by("id")
        assert [event.payload["checkpoint"] for event in ends] == [1, 2]


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


def test_events_that_are_gone_already_are_not_swept_under_a_removal(acme, alice, postgres):
    in_force(acme, alice)
    stolen = leaves(acme)[1].id
    tampered(postgres, "DELETE FROM audit_auditevent WHERE id = %s", stolen)
    line = swept(acme)
    assert (line["count"], line["reason"]) == (0, "refused")
    assert verification()[0] == {("event_deleted", 1)}


@pytest.mark.parametrize("place", [0, -1])
def test_a_deletion_that_no_event_tells_of_is_found(acme, alice, postgres, place):
    old = checkpoint(acme, 2)
    index = range(old.size)[place]
    tampered(postgres, "DELETE FROM audit_auditevent WHERE id = %s", leaves(acme)[index].id)
    assert verification()[0] == {("event_deleted", index)}


def test_a_deletion_behind_a_removal_is_found(acme, alice, postgres):
    in_force(acme, alice)
    swept(acme)
    old = checkpoint(acme, 2)
    tampered(postgres, "DELETE FROM audit_auditevent WHERE id = %s", leaves(acme)[old.size].id)
    assert verification()[0] == {("event_deleted", old.size)}


def test_an_event_that_was_edited_to_speak_for_a_deletion_does_not(acme, alice, postgres):
    in_force(acme, alice)
    swept(acme)
    seal()
    newer = checkpoint(acme, 3)
    tampered(
        postgres,
        "UPDATE audit_auditevent SET payload = %s WHERE kind = 'log.pruned'",
        json.dumps(payload_of(0, newer)),
    )
    tampered(
        postgres, "DELETE FROM audit_auditevent WHERE id = %s", leaves(acme)[newer.size - 1].id
    )
    found = verification()[0]
    assert ("event_deleted", newer.size - 1) in found
    assert ("event_deleted", 0) in found
    assert any(code == "event_changed" for code, _ in found)


def test_a_restored_database_goes_on(acme, alice):
    in_force(acme, alice)
    swept(acme)
    before = len(leaves(acme))
    with tenant_scope(acme.id):
        waiting = AuditEvent.objects.exclude(id__in=LogLeaf.objects.values("id")).count()
        assert sequence_everything() == waiting
    assert len(leaves(acme)) == before + waiting
    seal()
    assert verification()[0] == set()


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

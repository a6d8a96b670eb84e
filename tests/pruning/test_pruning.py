"""Audit events end: the first of the log, where nothing speaks against it; and the log says so."""

import json
import zipfile
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from audit.actions import StreamAsked, create_stream, export_evidence
from audit.completeness import reconcile
from audit.event_filter import event_of
from audit.evidence.extent import PrunedPeriodError
from audit.models import AuditEvent, LogLeaf, RowChange
from audit.models.stream import StreamKind, StreamState
from audit.proof.pruned import payload_of, pruned_log
from audit.proof.sequence import sequence_everything
from audit.pruning import prune
from audit.streams.lines import next_lines
from console.accounts.permissions import Role
from console.platform.clock import now
from console.platform.errors import NotFoundError
from console.tenancy.scope import tenant_scope
from memory.desk import set_desk
from memory.evidence.documents import evidence_pack
from memory.restoring import check_restored
from memory.retention.rules import Rules
from memory.retention.sweep import carry_out
from tests.cast import a_memory, a_person, an_agent
from tests.desk.desk import about, approved
from tests.erasure.carrying import gone_on
from tests.evidence.packs import a_pack, key_of, verified
from tests.proof.log import events, leaves
from tests.pruning.old_log import (
    checkpoint,
    in_force,
    looked,
    seal,
    swept,
    verification,
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


def test_a_restored_database_goes_on(acme, alice):
    in_force(acme, alice)
    swept(acme)
    before = len(leaves(acme))
    with tenant_scope(acme.id):
        waiting = AuditEvent.objects.exclude(id__in=LogLeaf.objects.values("id")).count()
        assert sequence_everything() == waiting
    assert len(leaves(acme)) == before + waiting
    seal()
    found = check_restored(acme.id, accept_loss=False, progress=lambda _done, _of: None)
    assert found.may_serve
    assert found.log.pruned == checkpoint(acme, 2).size


def test_a_person_is_erased_and_the_certificate_verifies(acme, alice, dana, tmp_path):
    in_force(acme, alice)
    swept(acme)
    robo = an_agent(acme, "rose")
    a_memory(robo, "Jonas prefers e-mail.", subject="jonas-weber")
    bob = a_person(acme, "bob", Role.REVIEWER)
    with tenant_scope(acme.id):
        set_desk(actor=alice.actor, cool_off_hours=0)
        request = approved(bob, alice, about("jonas-weber"))
    assert gone_on(request).status == "completed"
    seal()
    a_pack(dana.actor, tmp_path / "pack.zip")
    code, said = verified(tmp_path / "pack.zip", key_of(acme))
    assert (code, said["findings"], said["certificates"]) == (0, [], 1)


def test_a_stream_from_the_beginning_begins_with_what_is_kept(acme, alice):
    in_force(acme, alice)
    swept(acme)
    asked = StreamAsked(name="siem", kind=StreamKind.SYSLOG, address="tls://siem.example:6514")
    with tenant_scope(acme.id):
        stream = create_stream(actor=alice.actor, asked=asked, from_beginning=True).stream
        state = StreamState.objects.get(id=stream.id)
        assert state.next == checkpoint(acme, 2).size
        assert next_lines(stream, state.next)[0].kind != "-"
        assert next_lines(stream, 0)[0].text.startswith(b'{"index":0,')


def test_a_pack_that_is_being_read_while_its_events_go_breaks_off(acme, alice, dana):
    in_force(acme, alice)
    with tenant_scope(acme.id):
        extent = export_evidence(actor=dana.actor, begins=None, ends=None)
    swept(acme)
    with pytest.raises(PrunedPeriodError):
        b"".join(evidence_pack(extent))

"""Debugging happens on what was, named and for a while; never on live memory."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from audit.models import AuditEvent, MemoryAccess
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.clock import now
from console.platform.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)
from console.tenancy.scope import tenant_scope
from memory.actions import (
    create_snapshot,
    delete_snapshot,
    expire_memory,
    recall_snapshot,
    retire_memory,
    revise_memory,
)
from memory.models import Memory, SealedContent, Snapshot, SnapshotItem
from memory.retrieval.filters import parse_filter
from memory.retrieval.query import RecallQuery
from memory.snapshots.access import snapshot_for, snapshot_named
from memory.snapshots.scope import SnapshotScope
from memory.snapshots.sweep import sweep_snapshots
from tests.cast import a_memory, a_person, a_write, remember
from tests.threads import at_once

DAY = timedelta(days=1)


def a_snapshot(person, name="before the fix", *, as_of=None, days=7, **scope):
    return create_snapshot(
        actor=person.actor,
        name=name,
        scope=SnapshotScope(as_of=as_of or now(), **scope),
        expires_at=now() + days * DAY,
        reason="wrong answer to ticket 7",
    )


def shown(snapshot):
    items = SnapshotItem.objects.filter(snapshot_id=snapshot.id)
    return {item.memory_id: (item.version, item.state) for item in items}


def test_bob_keeps_a_scope_as_it_was_yesterday(in_acme, bob, robo, rookie):
    with time_machine.travel(now() - 3 * DAY):
        revised, gone = a_memory(robo, "Lives in Bonn."), a_memory(robo, "gone")
        due = a_memory(robo, "due", expires_at=now() + DAY)
        held = remember(rookie, "held").memory
        ended = a_memory(robo, "ended")
    with time_machine.travel(now() - 2 * DAY):
        retire_memory(actor=robo.actor, memory=gone, reason="x")
    then = now() - DAY
    a_memory(robo, "made later")
    write = a_write("Lives in Kiel.")
    revise_memory(actor=robo.actor, memory=revised, write=write, expected_version=1)
    expire_memory(actor=robo.actor, memory=ended, reason="x")
    snapshot = a_snapshot(bob, as_of=then)
    assert shown(snapshot) == {
        revised.id: (1, "active"),
        due.id: (1, "expired"),
        held.id: (1, "pending"),
        ended.id: (1, "active"),
    }
    assert snapshot.item_count == 4
    event = AuditEvent.objects.get(kind="snapshot.created")
    assert (event.object_id, event.payload["items"]) == (snapshot.id, 4)


def test_a_scope_is_narrowed_by_subject_place_and_what_the_version_of_then_said(in_acme, bob, robo):
    with time_machine.travel(now() - 2 * DAY):
        fits = {"subject": "mia", "namespace": ("eu", "de"), "metadata": {"channel": "mail"}}
        wanted = a_memory(robo, "a", **fits)
        a_memory(robo, "b", **{**fits, "subject": "jonas"})
        a_memory(robo, "c", **{**fits, "namespace": ("eu-west",)})
        a_memory(robo, "d", **{**fits, "metadata": {"channel": "phone"}})
    then = now() - DAY
    write = a_write("a", metadata={"channel": "phone"})
    revise_memory(actor=robo.actor, memory=wanted, write=write, expected_version=1)
    filters = {"metadata.channel": "mail", "kind": "fact"}
    snapshot = a_snapshot(bob, as_of=then, subject="mia", namespace=("eu",), filters=filters)
    assert shown(snapshot) == {wanted.id: (1, "active")}


def test_nothing_of_it_can_be_changed_or_taken_out(in_acme, bob, robo):
    a_memory(robo)
    snapshot = a_snapshot(bob)
    for change in (
        lambda: Snapshot.objects.filter(id=snapshot.id).update(name="other"),
        lambda: SnapshotItem.objects.update(version=9),
        lambda: SnapshotItem.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert len(shown(snapshot)) == 1


def test_the_name_of_an_expired_one_is_free_and_its_end_on_record(in_acme, bob):
    old = a_snapshot(bob, days=1)
    with pytest.raises(ConflictError):
        a_snapshot(bob)
    with time_machine.travel(now() + 2 * DAY):
        new = a_snapshot(bob)
    assert [snapshot.id for snapshot in Snapshot.objects.all()] == [new.id]
    event = AuditEvent.objects.get(kind="snapshot.deleted")
    assert (event.object_id, event.reason) == (old.id, "expired")


def test_of_two_made_at_once_under_one_name_the_second_is_told(committed_db):
    acme = create_tenant(slug="acme", name="Acme")
    bob = a_person(acme, "bob", Role.REVIEWER)
    results = at_once(acme, lambda _: a_snapshot(bob))
    assert sorted(type(one).__name__ for one in results) == ["ConflictError", "Snapshot"]


def test_a_snapshot_is_reached_by_its_name_until_it_expires(in_acme, bob, acme):
    snapshot = a_snapshot(bob, days=1)
    assert snapshot_named(bob.actor, "before the fix").id == snapshot.id
    with time_machine.travel(now() + 2 * DAY):
        with pytest.raises(NotFoundError):
            snapshot_for(bob.actor, snapshot.id)
        again = a_snapshot(bob)
        assert again.id != snapshot.id


def test_the_sweep_deletes_what_has_expired_and_records_it(acme, bob, robo):
    with tenant_scope(acme.id):
        a_memory(robo)
        a_snapshot(bob, "short", days=1)
        a_snapshot(bob, "long", days=3)
    with time_machine.travel(now() + 2 * DAY):
        assert sweep_snapshots(acme.id) == 1
    with tenant_scope(acme.id):
        assert [snapshot.name for snapshot in Snapshot.objects.all()] == ["long"]
        assert SnapshotItem.objects.count() == 1
        assert AuditEvent.objects.get(kind="snapshot.deleted").reason == "expired"


def test_bob_deletes_one_and_the_memories_stay(in_acme, bob, robo):
    memory = a_memory(robo)
    snapshot = a_snapshot(bob)
    delete_snapshot(actor=bob.actor, snapshot=snapshot, reason="done")
    assert not SnapshotItem.objects.exists()
    assert Memory.objects.get().id == memory.id


@pytest.mark.parametrize("name", ["dana", "carol", "robo"])
def test_only_who_may_make_one_makes_one(in_acme, request, name):
    with pytest.raises(NotPermittedError):
        a_snapshot(request.getfixturevalue(name))
    assert not Snapshot.objects.exists()


def test_dana_looks_carol_and_another_tenant_find_nothing(acme, globex, bob, dana, carol, mallory):
    with tenant_scope(acme.id):
        snapshot = a_snapshot(bob)
        assert snapshot_for(dana.actor, snapshot.id).name == "before the fix"
        with pytest.raises(NotFoundError):
            snapshot_for(carol.actor, snapshot.id)
    with tenant_scope(globex.id), pytest.raises(NotFoundError):
        snapshot_for(mallory.actor, snapshot.id)


REFUSED = {
    "the future": ({"as_of": now() + DAY}, "as_of", "in_the_future"),
    "already over": ({"days": 0}, "expires_at", "in_the_past"),
    "kept too long": ({"days": 91}, "expires_at", "out_of_range"),
    "an unknown subject": ({"subject": "nobody"}, "subject", "unknown_subject"),
    "a filter that is none": ({"filters": {"mood": 1}}, "filters.mood", "unknown_field"),
}


@pytest.mark.parametrize(("fields", "field", "code"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_hold_is_refused_and_nothing_is_kept(in_acme, bob, fields, field, code):
    with pytest.raises(InvalidInputError) as refused:
        a_snapshot(bob, **fields)
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == (field, code)
    assert not Snapshot.objects.exists()


def test_more_than_a_person_can_look_through_is_refused(in_acme, bob, robo, monkeypatch):
    monkeypatch.setattr("memory.actions.snapshot.MAX_ITEMS", 1)
    a_memory(robo, "a")
    a_memory(robo, "b")
    with pytest.raises(InvalidInputError) as refused:
        a_snapshot(bob)
    assert refused.value.problems[0].code == "scope_too_large"


def test_a_name_is_used_once(in_acme, bob):
    a_snapshot(bob)
    with pytest.raises(ConflictError):
        a_snapshot(bob)


def recall(person, snapshot, query="where lives", **fields):
    return recall_snapshot(
        actor=person.actor, snapshot=snapshot, query=RecallQuery(query=query, **fields)
    ).hits


def texts(hits):
    return [hit.version.content for hit in hits]


def test_bob_recalls_what_was_there_then_and_it_counts_nowhere(in_acme, bob, robo, rookie):
    with time_machine.travel(now() - 2 * DAY):
        memory = a_memory(robo, "Lives in Bonn.", namespace=("eu",), metadata={"n": 1})
        remember(rookie, "Lives on a boat.")
        a_memory(robo, "Lives nowhere.", expires_at=now() + DAY / 2)
    snapshot = a_snapshot(bob, as_of=now() - DAY)
    write = a_write("Lives in Kiel.", metadata={"n": 2})
    revise_memory(actor=robo.actor, memory=memory, write=write, expected_version=1)
    before = Memory.objects.get(id=memory.id)
    assert texts(recall(bob, snapshot, purpose="ticket 7")) == ["Lives in Bonn."]
    assert texts(recall(bob, snapshot, filters=parse_filter({"metadata.n": 1}))) != []
    assert texts(recall(bob, snapshot, filters=parse_filter({"metadata.n": 2}))) == []
    assert texts(recall(bob, snapshot, namespace=("us",))) == []
    assert Memory.objects.get(id=memory.id).expires_at == before.expires_at
    looks = MemoryAccess.objects.filter(memory_id=str(memory.id), access="read", version=1)
    assert {look.rank for look in looks} == {None}
    assert "snapshot before the fix: ticket 7" in {look.purpose for look in looks}
    event = AuditEvent.objects.filter(kind="snapshot.recalled").earliest("recorded_at")
    assert event.payload["snapshot"] == str(snapshot.id)
    assert event.payload["memories"] == [str(memory.id)]
    assert not AuditEvent.objects.filter(kind="memory.recalled").exists()


def test_what_was_deleted_or_made_unreadable_since_is_gone_from_the_snapshot(in_acme, bob, robo):
    deleted, forgotten = a_memory(robo, "tea"), a_memory(robo, "tea with milk", subject="mia")
    snapshot = a_snapshot(bob)
    assert len(recall(bob, snapshot, "tea")) == 2
    retire_memory(actor=bob.actor, memory=deleted, reason="x")
    assert [hit.memory.id for hit in recall(bob, snapshot, "tea")] == [forgotten.id]
    SealedContent.objects.all().delete()
    assert recall(bob, snapshot, "tea") == []


@pytest.mark.parametrize("name", ["dana", "carol", "robo"])
def test_who_may_not_recall_or_not_see_snapshots_recalls_nothing_from_one(
    in_acme, request, bob, name
):
    snapshot = a_snapshot(bob)
    with pytest.raises(NotPermittedError):
        recall(request.getfixturevalue(name), snapshot)
    assert not AuditEvent.objects.filter(kind="snapshot.recalled").exists()

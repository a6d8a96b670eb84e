"""Every change of a governed row needs an event that names it, however the change is made."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.utils import Error

from audit.kinds import KINDS, OBSERVED
from audit.models import AuditEvent, Outcome, RowChange
from audit.trail import append
from console.accounts.actor import system_actor
from console.accounts.models import Agent
from console.administration import create_tenant
from console.platform.clock import now
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.actions import create_snapshot
from memory.models import Memory, MemoryTransition, SnapshotItem, Tier
from memory.snapshots.scope import SnapshotScope
from tests.cast import a_memory, an_agent

MERGE = """
MERGE INTO memory_memory AS m USING (SELECT 1) AS one ON true
WHEN MATCHED THEN UPDATE SET tier = 'archival'
"""
IN_A_QUERY = "WITH ended AS (UPDATE memory_memory SET tier = 'archival' RETURNING id) TABLE ended"

FORGED = """
INSERT INTO audit_rowchange (tenant_id, xid, source, row_id, operation, object_kind)
SELECT tenant_id, xid + 1, source, row_id, operation, object_kind FROM audit_rowchange
"""


@pytest.fixture
def acme_of_robo(committed_db):
    """Committed, since the guard speaks at the commit."""
    acme = create_tenant(slug="acme", name="Acme")
    robo = an_agent(acme, "robo")
    return acme, robo, a_memory(robo), a_memory(robo, "The customer is called Jonas.")


def by_query(_memories):
    Memory.objects.update(tier=Tier.ARCHIVAL)


def in_bulk(memories):
    for memory in memories:
        memory.tier = Tier.ARCHIVAL
    Memory.objects.bulk_update(memories, ["tier"])


def made_in_bulk(_memories):
    Agent.objects.bulk_create([Agent(name="one"), Agent(name="two")])


def by_an_expression(_memories):
    Tenant.objects.update(name=F("slug"))


def on_conflict(memories):
    Memory.objects.bulk_create(
        memories, update_conflicts=True, update_fields=["tier"], unique_fields=["tenant_id", "id"]
    )


def saved(memories):
    memory = Memory.objects.get(id=memories[0].id)
    memory.tier = Tier.ARCHIVAL
    memory.save()


def by(statement):
    def run(_memories):
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


CHANGES = {
    "a saved object": saved,
    "queryset.update": by_query,
    "bulk_update": in_bulk,
    "bulk_create": made_in_bulk,
    "upsert": on_conflict,
    "an expression": by_an_expression,
    "raw UPDATE": by("UPDATE memory_memory SET tier = 'archival'"),
    "raw INSERT": by(
        "INSERT INTO memory_memorytransition SELECT (t).* FROM (SELECT jsonb_populate_record("
        "t, jsonb_build_object('id', gen_random_uuid())) AS t FROM memory_memorytransition t) x"
    ),
    "raw DELETE": by("DELETE FROM accounts_apikey"),
    "MERGE": by(MERGE),
    "an update within a query": by(IN_A_QUERY),
}


@pytest.mark.parametrize("how", sorted(CHANGES))
def test_no_way_to_change_a_governed_row_goes_without_an_event(acme_of_robo, how):
    acme, _robo, *memories = acme_of_robo
    before = changed_rows(acme)
    with (
        pytest.raises(IntegrityError, match="changed without an audit event"),
        tenant_scope(acme.id),
    ):
        CHANGES[how](memories)
    assert changed_rows(acme) == before
    with tenant_scope(acme.id):
        assert not Memory.objects.filter(tier=Tier.ARCHIVAL).exists()


def test_rows_that_join_many_to_many_are_governed_too(acme_of_robo):
    acme, _robo, first, second = acme_of_robo
    with tenant_scope(acme.id):
        snapshot = create_snapshot(
            actor=system_actor(acme.id, "test"),
            name="empty",
            scope=SnapshotScope(as_of=now(), namespace=("nobody",)),
            expires_at=now() + timedelta(days=1),
        )

    def join():
        SnapshotItem.objects.bulk_create(
            SnapshotItem(snapshot_id=snapshot.id, memory_id=memory.id, version=1, state="active")
            for memory in (first, second)
        )

    with (
        pytest.raises(IntegrityError, match="memory_snapshotitem changed without"),
        tenant_scope(acme.id),
    ):
        join()
    with tenant_scope(acme.id):
        assert not SnapshotItem.objects.exists()


def changed_rows(acme):
    with tenant_scope(acme.id):
        return RowChange.objects.count()


def test_each_changed_row_is_put_down_once_with_what_it_belongs_to(acme_of_robo):
    acme, _robo, *memories = acme_of_robo
    with tenant_scope(acme.id):
        RowChange.objects.get(source="memory_memory", row_id=memories[0].id, operation="I")
        Memory.objects.update(tier=Tier.ARCHIVAL)
        Memory.objects.update(tier=Tier.SEMANTIC)
        append(
            kind="memory.demoted",
            actor=system_actor(acme.id, "test"),
            payload={"memories": [str(memory.id) for memory in memories]},
        )
    with tenant_scope(acme.id):
        updates = RowChange.objects.filter(operation="U", source="memory_memory")
        assert {row.object_id for row in updates} == {memory.id for memory in memories}
        assert len(updates) == len(memories)
        assert {row.object_kind for row in updates} == {"memory"}
        words = RowChange.objects.filter(source="memory_sealedcontent")
        assert {row.object_id for row in words} == {memory.id for memory in memories}
        assert MemoryTransition.objects.count() == len(memories)


def test_what_follows_its_objects_own_row_is_not_looked_at_again(acme_of_robo):
    acme, _robo, *memories = acme_of_robo
    with tenant_scope(acme.id):
        following = RowChange.objects.filter(follows=True, object_kind="memory")
        assert {row.object_id for row in following} == {memory.id for memory in memories}
        assert {row.source for row in following} == {
            "memory_memoryversion",
            "memory_sealedcontent",
            "memory_memorytransition",
        }


def test_what_followed_a_change_that_was_taken_back_needs_an_event_itself(acme_of_robo):
    acme, *_ = acme_of_robo

    def taken_back():
        with transaction.atomic():
            Memory.objects.update(tier=Tier.ARCHIVAL)
            transaction.set_rollback(True)

    def change():
        taken_back()
        CHANGES["raw INSERT"](())

    with (
        pytest.raises(IntegrityError, match="memory_memorytransition changed without"),
        tenant_scope(acme.id),
    ):
        change()


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"kind": "memory.expired"}, id="of nothing"),
        pytest.param({"kind": "memory.recalled", "about": 0}, id="that it was seen"),
        pytest.param({"kind": "memory.expired", "about": 1}, id="of another memory"),
        pytest.param(
            {"kind": "memory.expired", "about": 0, "outcome": Outcome.REFUSED}, id="of a refusal"
        ),
    ],
)
def test_an_event_of_something_else_covers_no_change(acme_of_robo, told):
    acme, _robo, *memories = acme_of_robo
    about = memories[told["about"]].id if "about" in told else None

    def change():
        Memory.objects.filter(id=memories[0].id).update(tier=Tier.ARCHIVAL)
        append(
            kind=told["kind"],
            outcome=told.get("outcome", Outcome.DONE),
            actor=system_actor(acme.id, "test"),
            object_kind="memory",
            object_id=about,
        )

    with (
        pytest.raises(IntegrityError, match="memory_memory changed without"),
        tenant_scope(acme.id),
    ):
        change()
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind=told["kind"]).exists()


@pytest.mark.parametrize(
    "statement",
    [
        FORGED,
        "UPDATE audit_rowchange SET operation = 'D'",
        "DELETE FROM audit_rowchange",
        "ALTER TABLE memory_memory DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_app_role_can_neither_forge_nor_forget_nor_switch_it_off(acme_of_robo, statement):
    acme, *_ = acme_of_robo
    before = changed_rows(acme)
    with pytest.raises(Error), tenant_scope(acme.id), connection.cursor() as cursor:
        cursor.execute(statement)
    assert changed_rows(acme) == before


def test_the_database_knows_the_same_kinds_that_tell_of_no_change(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'mnemoscope_is_told'")
        [(source,)] = cursor.fetchall()
    inside = source.partition("'{")[2].partition("}'")[0].split(",")
    assert set(inside) == OBSERVED
    assert set(KINDS) >= OBSERVED

"""The probe sees nothing while the walls stand, and sees at once where one is down."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from audit.models import AuditEvent
from audit.trail import append
from console.accounts.actor import system_actor
from console.accounts.models import Membership, User
from console.administration import create_tenant
from console.platform.clock import now
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from console.tenancy.tenants import CANARY_SLUG
from memory.canary import the_canary
from memory.models import IsolationProbe, Memory, RecallIndex
from memory.probing import KEPT, TABLES, probe, probed_tenant_ids
from memory.tasks import probe_tenants


@contextmanager
def row_security_off(table) -> Iterator[None]:
    """As the table's owner could leave it, by one careless statement."""
    with connections["owner"].cursor() as owner:
        owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            owner.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


@pytest.fixture
def lone(committed_db) -> Tenant:
    return create_tenant(slug="acme", name="Acme")


def probes_of(tenant):
    with tenant_scope(tenant.id):
        return list(IsolationProbe.objects.order_by("id"))


def test_where_the_walls_stand_nothing_is_seen_and_the_probe_can_see(acme, robo):
    made = probe(acme.id)
    assert (made.leaks, made.is_blind) == ([], False)
    [kept] = probes_of(acme)
    assert kept.holds
    # The four ways of the product, and each table from both sides.
    with connections["default"].cursor() as cursor:
        cursor.execute(TABLES)
        tables = len(cursor.fetchall())
    assert tables > 30
    assert kept.looks == 4 + 2 * tables
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="tenant.leaked").exists()


@pytest.mark.parametrize(
    "table", ["memory_memory", "memory_sealedcontent", "audit_auditevent", "tenancy_tenant"]
)
def test_a_table_without_row_security_is_seen_through_and_the_alarm_is_raised(lone, table):
    probe(lone.id)
    with row_security_off(table):
        made = probe(lone.id)
    assert f"out: sql {table}" in made.leaks
    with tenant_scope(lone.id):
        event = AuditEvent.objects.get(kind="tenant.leaked")
        assert event.payload["leaks"] == made.leaks
    assert [kept.holds for kept in probes_of(lone)] == [True, False]
    assert probe(lone.id).holds


def test_the_canary_sees_the_tenant_too_where_row_security_is_off(lone):
    with row_security_off("audit_auditevent"):
        assert "in: sql audit_auditevent" in probe(lone.id).leaks


def test_a_probe_that_cannot_see_its_own_canary_says_so(acme):
    with tenant_scope(the_canary().tenant_id):
        RecallIndex.objects.all().delete()
    made = probe(acme.id)
    assert made.is_blind
    assert not made.holds


def test_every_tenant_but_the_canary_is_probed_by_the_beat(acme, globex):
    probe_tenants()
    assert set(probed_tenant_ids()) == {acme.id, globex.id}
    assert [len(probes_of(tenant)) for tenant in (acme, globex)] == [1, 1]


def test_the_canary_is_nobodys_and_its_word_is_new_each_day(acme):
    first = the_canary()
    assert the_canary() == first
    with tenant_scope(first.tenant_id):
        assert not Membership.objects.exists()
        yesterday = now() - timedelta(days=1, minutes=1)
        Memory.objects.filter(id=first.memory_id).update(created_at=yesterday)
        actor = system_actor(first.tenant_id, "test")
        append(kind="memory.written", actor=actor, object_kind="memory", object_id=first.memory_id)
    second = the_canary()
    assert second.tenant_id == first.tenant_id
    assert second.word != first.word


def test_old_probes_go_and_those_that_saw_something_stay(acme):
    with tenant_scope(acme.id):
        old = now() - KEPT - timedelta(hours=1)
        IsolationProbe.objects.create(looks=1, took_ms=1, at=old)
        IsolationProbe.objects.create(looks=1, took_ms=1, at=old, leaks=["out: list"])
    probe(acme.id)
    assert [kept.leaks for kept in probes_of(acme)] == [["out: list"], []]


def test_the_command_tells_machines_and_people(acme, capsys):
    call_command("probe_tenants", "--json")
    [answer] = json.loads(capsys.readouterr().out).values()
    assert (answer["leaks"], answer["is_blind"]) == ([], False)
    call_command("probe_tenants", "--tenant", "acme")
    assert "saw nothing." in capsys.readouterr().out
    with pytest.raises(CommandError, match="no tenant"):
        call_command("probe_tenants", "--tenant", "nobody")


def test_the_command_fails_where_a_wall_is_down(lone, capsys):
    probe(lone.id)
    with row_security_off("memory_memory"), pytest.raises(CommandError, match="not apart: acme"):
        call_command("probe_tenants")
    assert "SAW: out: sql memory_memory" in capsys.readouterr().out


def test_nobody_makes_a_tenant_in_the_canarys_place(db):
    with pytest.raises(CommandError, match="kept for the probe"):
        call_command("create_tenant", CANARY_SLUG, "--owner", "alice@example.com")
    assert not User.objects.exists()

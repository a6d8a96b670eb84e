"""Changed rows and events are compared both ways; only somebody past the product makes them differ.

Committed throughout: a transaction under way is no finding.
"""

import json

import psycopg
import pytest
from django.core.management import CommandError, call_command

from audit.completeness import reconcile
from audit.completeness.comparing import Missing
from audit.models import AuditEvent, Reconciliation, RowChange
from audit.trail import append
from console.accounts.actor import system_actor
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.errors import NotPermittedError
from console.tenancy.scope import tenant_scope
from memory.actions import expire_memory, retire_memory
from memory.models import Memory
from tests.cast import a_memory, a_person, an_agent, remember
from tests.database import DATABASE

# What a database's owner can do and the product cannot.
UNGUARDED = "ALTER TABLE audit_rowchange {} TRIGGER told"


@pytest.fixture
def acme(committed_db):
    return create_tenant(slug="acme", name="Acme")


@pytest.fixture
def robo(acme):
    return an_agent(acme, "robo")


@pytest.fixture
def dana(acme):
    return a_person(acme, "dana", Role.AUDITOR)


@pytest.fixture
def dba(postgres, acme):
    """A superuser, with triggers on unless they are switched off."""
    with psycopg.connect(postgres.dsn(), dbname=DATABASE, autocommit=True) as connection:
        yield connection


def compared(tenant, **how):
    return reconcile(tenant.id, actor=system_actor(tenant.id, "test"), **how)


def findings_of(run):
    return [(one["missing"], one["table"] or one["kind"], one["object_id"]) for one in run.findings]


def test_what_the_product_does_matches_and_each_run_goes_on_where_the_last_ended(acme, robo):
    first = a_memory(robo, subject="jonas")
    rookie = an_agent(acme, "rookie", trusted=False)
    remember(rookie, "Jonas moved to Kiel.", subject="jonas")
    run = compared(acme)
    assert (run.orphans, run.findings) == (0, [])
    with tenant_scope(acme.id):
        assert run.rows == RowChange.objects.filter(xid__lt=run.through_xid).count() > 0
    retire(acme, first)
    later = compared(acme)
    assert later.from_xid == run.through_xid
    assert 0 < later.rows < run.rows
    assert later.orphans == 0
    assert compared(acme, full=True).rows > later.rows
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="audit.incomplete").exists()
        assert AuditEvent.objects.filter(kind="audit.reconciled").count() == 3


def retire(tenant, memory):
    with tenant_scope(tenant.id):
        retire_memory(actor=system_actor(tenant.id, "test"), memory=memory, reason="wrong")


def test_a_dba_who_changes_a_memory_is_refused_and_found_once_the_guard_is_off(acme, robo, dba):
    memory = a_memory(robo)
    compared(acme)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        dba.execute("UPDATE memory_memory SET confidence = 1")
    dba.execute(UNGUARDED.format("DISABLE"))
    try:
        dba.execute("UPDATE memory_memory SET confidence = 1")
    finally:
        dba.execute(UNGUARDED.format("ENABLE"))
    run = compared(acme)
    assert findings_of(run) == [(Missing.EVENT, "memory_memory", str(memory.id))]
    assert run.untold == 1
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="audit.incomplete")
    assert (event.object_id, event.payload["untold"]) == (run.id, 1)
    assert compared(acme).orphans == 0  # told once, and kept
    assert compared(acme, full=True).untold == 1


def test_an_event_that_a_dba_takes_away_leaves_its_change_untold(acme, robo, dba):
    memory = a_memory(robo)
    with dba.transaction():
        dba.execute("SET LOCAL session_replication_role = replica")
        dba.execute("DELETE FROM audit_auditevent WHERE object_id = %s", [memory.id])
    run = compared(acme)
    assert {about for _missing, _table, about in findings_of(run)} == {str(memory.id)}
    assert {missing for missing, *_ in findings_of(run)} == {Missing.EVENT}


def test_an_event_of_what_nobody_changed_is_found(acme, robo):
    memory = a_memory(robo)
    with tenant_scope(acme.id):
        append(
            kind="memory.expired",
            actor=system_actor(acme.id, "test"),
            object_kind="memory",
            object_id=memory.id,
        )
    run = compared(acme)
    assert findings_of(run) == [(Missing.CHANGE, "memory.expired", str(memory.id))]


def test_a_change_that_is_told_twice_is_found(acme, robo):
    memory = a_memory(robo)
    with tenant_scope(acme.id):
        actor = system_actor(acme.id, "test")
        expire_memory(actor=actor, memory=memory, reason="outdated")
        told = AuditEvent.objects.get(kind="memory.expired")
        append(
            kind=told.kind,
            actor=actor,
            object_kind="memory",
            object_id=memory.id,
            payload=told.payload,
        )
    run = compared(acme)
    assert findings_of(run) == [(Missing.ONCE, "memory.expired", str(memory.id))]
    assert run.doubled == 1


def test_what_is_under_way_is_no_finding_and_is_looked_at_next_time(acme, robo, postgres):
    memory, another = a_memory(robo), a_memory(robo, "The customer is called Jonas.")
    compared(acme)
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as open_transaction:
        open_transaction.execute(
            "UPDATE memory_memory SET confidence = 1 WHERE id = %s", [memory.id]
        )
        retire(acme, another)
        before = compared(acme)
        assert before.orphans == 0
        open_transaction.rollback()
    after = compared(acme)
    assert after.orphans == 0
    assert after.rows > before.rows  # what was retired meanwhile


def test_switched_off_triggers_leave_nothing_to_compare(acme, robo, dba):
    """So docs/audit.md says: the seals and the log find this, and this does not."""
    a_memory(robo)
    compared(acme)
    with dba.transaction():
        dba.execute("SET LOCAL session_replication_role = replica")
        dba.execute("UPDATE memory_memory SET confidence = 1")
    assert compared(acme).orphans == 0


def test_the_command_tells_each_and_fails(acme, robo, dba, capsys):
    memory = a_memory(robo)
    call_command("reconcile_audit")
    assert "they match" in capsys.readouterr().out
    dba.execute(UNGUARDED.format("DISABLE"))
    dba.execute("UPDATE memory_memory SET confidence = 1")
    dba.execute(UNGUARDED.format("ENABLE"))
    with pytest.raises(CommandError, match="1 do not match"):
        call_command("reconcile_audit", tenant="acme")
    assert f"U of memory_memory {memory.id}" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("reconcile_audit", json=True, full=True)
    answer = json.loads(capsys.readouterr().out)["acme"]
    assert (answer["untold"], answer["findings"][0]["object_id"]) == (1, str(memory.id))


def test_who_may_not_read_the_trail_may_not_compare_either(acme):
    carol = a_person(acme, "carol", Role.READER)
    with pytest.raises(NotPermittedError):
        reconcile(acme.id, actor=carol.actor)
    with tenant_scope(acme.id):
        assert not Reconciliation.objects.exists()


def test_a_tenant_sees_its_own_comparisons_only(acme, robo):
    globex = create_tenant(slug="globex", name="Globex")
    a_memory(robo)
    compared(acme)
    with tenant_scope(globex.id):
        assert not Reconciliation.objects.exists()
        assert not Memory.objects.exists()
    assert compared(globex).orphans == 0

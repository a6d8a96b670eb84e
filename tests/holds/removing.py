"""By which ways one may try to remove what somebody holds, or could hold at this moment."""

import random
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import connection

from audit.forgetting import drop_old_days, forget_old_traces
from audit.trail import append
from console.accounts.actor import system_actor
from console.accounts.models import Subject
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.actions import expire_memory, retire_memory
from memory.actions.erase import destroy_keys_of
from memory.erasure.person import person_of
from memory.erasure.stores.memories import erase_memories
from memory.keeping.sweeps import expire_due
from memory.models import Memory
from memory.retention.sweep import carry_out
from tests.cast import Person
from tests.holds.things import Things

DESTROY = (
    "UPDATE keys_datakey SET wrapped = NULL, destroyed_at = now() WHERE subject_id = %(subject)s"
)
CHANGED = "SELECT row_id FROM audit_rowchange WHERE xid = pg_current_xact_id()::text::bigint"
SQL = (
    "DELETE FROM memory_sealedcontent",
    "UPDATE memory_sealedcontent SET ciphertext = '' WHERE id = ANY(%(versions)s)",
    "UPDATE memory_memory SET state = 'erased' WHERE subject_id = %(subject)s",
    "UPDATE memory_memory SET state = 'retired'",
    "UPDATE memory_memory SET subject_id = NULL WHERE subject_id = %(subject)s",
    "UPDATE memory_memory SET agent_id = NULL WHERE subject_id = %(subject)s",
    "DELETE FROM memory_memory WHERE subject_id = %(subject)s",
    "DELETE FROM memory_memoryversion WHERE id = ANY(%(versions)s)",
    "UPDATE accounts_subject SET external_id = id::text WHERE id = %(subject)s",
    "DELETE FROM audit_span WHERE run_id = %(run)s",
    "DELETE FROM audit_span",
    "UPDATE audit_span SET run_id = %(other)s WHERE run_id = %(run)s",
    "UPDATE audit_span SET block_id = NULL WHERE run_id = %(run)s",
    "DELETE FROM audit_spancontent WHERE subject_id = %(subject)s",
    "UPDATE audit_spancontent SET body = ''",
    "DELETE FROM audit_memoryaccess",
    "DELETE FROM audit_trace WHERE run_id = %(run)s",
    "UPDATE audit_trace SET run_id = %(other)s WHERE run_id = %(run)s",
    "UPDATE audit_trace SET subject_id = NULL WHERE run_id = %(run)s",
    "DELETE FROM audit_runfacet WHERE run_id = %(run)s",
    "DELETE FROM audit_run WHERE id = %(run)s",
    "UPDATE memory_legalhold SET since = '2000-01-01', until = '2000-01-02'",
    "UPDATE memory_legalhold SET released_at = now(), release_reason = 'x'",
    "DELETE FROM memory_legalhold",
    "DELETE FROM memory_heldrun",
    "TRUNCATE audit_span",
    DESTROY,
    DESTROY + " AND purpose = 'trace'",
)


def a_way(tenant: Tenant, alice: Person, things: Things, chance: random.Random) -> None:
    """Goes one way, by chance, in a transaction of its own. Raises whatever refuses it."""
    chance.choice([_statement, _statement, _verb, _sweep])(tenant, alice, things, chance)


def _statement(tenant: Tenant, _: Person, things: Things, chance: random.Random) -> None:
    asked: dict[str, Any] = {
        "subject": things.subject,
        "versions": things.versions,
        "run": things.run,
        "other": uuid4(),
    }
    with tenant_scope(tenant.id), connection.cursor() as cursor:
        cursor.execute(chance.choice(SQL), asked)
        # Whoever can inject a statement can inject an event that tells of all it changed, without
        # which none commits.
        cursor.execute(CHANGED)
        ids = [str(row_id) for (row_id,) in cursor.fetchall()]
        append(actor=system_actor(tenant.id, "test"), kind="memory.expired", payload={"ids": ids})


def _verb(tenant: Tenant, alice: Person, things: Things, chance: random.Random) -> None:
    system = system_actor(tenant.id, "test")
    with tenant_scope(tenant.id):
        memory = Memory.objects.get(id=chance.choice(things.memories))
        subject = Subject.objects.get(id=things.subject)
        ways: list[Callable[[], object]] = [
            lambda: expire_memory(actor=alice.actor, memory=memory, reason="x"),
            lambda: retire_memory(actor=alice.actor, memory=memory, reason="x"),
            lambda: destroy_keys_of(actor=system, subject=subject),
            lambda: erase_memories(actor=system, person=person_of([subject.id])),
            lambda: forget_old_traces({}),
        ]
        chance.choice(ways)()


def _sweep(tenant: Tenant, _: Person, _things: Things, chance: random.Random) -> None:
    ways: list[Callable[[], object]] = [
        lambda: expire_due(tenant.id),
        lambda: carry_out(tenant.id, {}),
        drop_old_days,
    ]
    chance.choice(ways)()

"""Looking through the walls between tenants, to see that nothing is seen.

As an actor who may do everything in a tenant, each way that leads to memories is tried for the
canary's: listing, reading by id, looking in the index, recalling. Then plain SQL of the
application's role asks every table for rows of the other tenant, which row security alone must
refuse; the same from the canary's side. What must be found is looked for too: looks that never
find prove nothing.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import connection
from psycopg import sql

from console.accounts.actor import Actor, system_actor
from console.platform.clock import now
from console.platform.errors import NotFoundError
from console.tenancy.scope import tenant_scope
from console.tenancy.tenants import every_tenant_id
from memory.access import memory_for, visible_memories
from memory.actions.report_leak import report_leak
from memory.canary import Canary, the_canary
from memory.models import IsolationProbe, RecallIndex
from memory.retrieval.answering import answer
from memory.retrieval.query import RecallQuery

KEPT = timedelta(days=30)
# Each table that belongs to tenants, as the application's role may read it.
TABLES = """
SELECT c.relname, CASE c.relname WHEN 'tenancy_tenant' THEN 'id' ELSE 'tenant_id' END
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND has_table_privilege(c.oid, 'SELECT')
  AND (c.relname = 'tenancy_tenant' OR EXISTS (
    SELECT FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
ORDER BY c.relname
"""
HAS_ROWS = sql.SQL("SELECT {name}, EXISTS (SELECT FROM {table} WHERE {column} = %(tenant)s)")

log = structlog.get_logger(__name__)


def probed_tenant_ids() -> list[UUID]:
    """All but the canary's own, which is made if need be."""
    canary = the_canary()
    return [tenant_id for tenant_id in every_tenant_id() if tenant_id != canary.tenant_id]


def probe(tenant_id: UUID) -> IsolationProbe:
    """Looks from both sides, keeps what came of it, and alarms where anything was seen."""
    started = time.monotonic()
    canary = the_canary()
    with tenant_scope(tenant_id):
        actor = system_actor(tenant_id, "probe_tenants")
        seen = {**_by_the_application(actor, canary), **_by_statement(canary.tenant_id)}
    with tenant_scope(canary.tenant_id):
        back = _by_statement(tenant_id)
        own = _by_the_application(system_actor(canary.tenant_id, "probe_tenants"), canary)
        own["sql"] = _by_statement(canary.tenant_id)["sql memory_memory"]
    leaks = [f"out: {look}" for look, found in seen.items() if found]
    leaks += [f"in: {look}" for look, found in back.items() if found]
    made = IsolationProbe(
        tenant_id=tenant_id,
        looks=len(seen) + len(back),
        leaks=leaks,
        is_blind=not all(own.values()),
        took_ms=round((time.monotonic() - started) * 1000),
    )
    with tenant_scope(tenant_id):
        return _keep(made, actor)


def _keep(made: IsolationProbe, actor: Actor) -> IsolationProbe:
    if made.leaks:
        log.error("tenant.leaked", tenant_id=str(made.tenant_id), leaks=made.leaks)
        report_leak(actor=actor, probe=made)
    else:
        made.save(force_insert=True)
    if made.is_blind:
        log.error("tenant.probe_blind", tenant_id=str(made.tenant_id))
    IsolationProbe.objects.filter(at__lt=now() - KEPT, leaks=[]).delete()
    return made


def _by_the_application(actor: Actor, canary: Canary) -> dict[str, bool]:
    """Which way of the product's own finds the canary's memory, in the tenant at hand."""
    query = RecallQuery(query=canary.word, purpose="probe")
    recalled = {hit.memory.id for hit in answer(query, actor=actor)}
    return {
        "list": visible_memories(actor).filter(id=canary.memory_id).exists(),
        "get": _gets(actor, canary.memory_id),
        "index": RecallIndex.objects.filter(id=canary.memory_id).exists(),
        "recall": canary.memory_id in recalled,
    }


def _gets(actor: Actor, memory_id: UUID) -> bool:
    try:
        memory_for(actor, memory_id)
    except NotFoundError:
        return False
    return True


def _by_statement(other: UUID) -> dict[str, bool]:
    """Which tables show rows of `other` to plain SQL, in the tenant at hand."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        looks = sql.SQL(" UNION ALL ").join(_looks(cursor.fetchall()))
        # By the index on the tenant, whatever share of the table is whose.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(looks, {"tenant": other})
        found = {f"sql {table}": seen for table, seen in cursor.fetchall()}
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


def _looks(tables: list[tuple[str, str]]) -> Iterator[sql.Composed]:
    for table, column in tables:
        yield HAS_ROWS.format(
            name=sql.Literal(table), table=sql.Identifier(table), column=sql.Identifier(column)
        )

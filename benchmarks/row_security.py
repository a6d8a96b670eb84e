"""What row security adds to a read by primary key, beside the same rows in a table without it.

Guarded and unguarded are read in turn over one connection of the serving role, in one transaction
that shows its tenant, so that they differ in the policy alone. The difference is the median over
the pairs: what else the machine does meets both halves of a pair.
"""

import time
from collections.abc import Callable
from itertools import cycle
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import psycopg
from psycopg import sql

from benchmarks.table import Table
from console.platform.crypto.context import ContextKind, sign_context
from tests.instance import Instance, running_instance

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

BATCHES = 20
BATCH = 100
PAIRS = 5000
WARM_UP = 200
GUARDED, UNGUARDED = "memory_memory", "memory_unguarded"
COPY = """
CREATE TABLE memory_unguarded (LIKE memory_memory INCLUDING ALL);
INSERT INTO memory_unguarded SELECT * FROM memory_memory;
GRANT SELECT ON memory_unguarded TO mnemoscope_app;
ANALYZE memory_memory;
ANALYZE memory_unguarded;
"""
BY_KEY = sql.SQL("SELECT * FROM {} WHERE tenant_id = %s AND id = %s")


def show_tenant(session: psycopg.Connection, tenant_id: UUID, key: bytes) -> None:
    token = sign_context(
        key=key,
        kind=ContextKind.TENANT,
        identifier=tenant_id,
        backend_pid=session.info.backend_pid,
    )
    session.execute(sql.SQL("SET LOCAL mnemoscope.context = {}").format(sql.Literal(token)))


def by_key(
    session: psycopg.Connection, table: str, *, prepare: bool
) -> Callable[["TupleRow"], float]:
    """A read that returns its microseconds."""
    statement = BY_KEY.format(sql.Identifier(table))

    def read(key: "TupleRow") -> float:
        started = time.perf_counter_ns()
        found = session.execute(statement, key, prepare=prepare).fetchall()
        elapsed = (time.perf_counter_ns() - started) / 1000
        if len(found) != 1:
            raise RuntimeError(f"{len(found)} rows of {table} for one key.")
        return elapsed

    return read


def compare(
    table: Table,
    what: str,
    halves: tuple[Callable[[Any], float], Callable[[Any], float]],
    keys: list["TupleRow"],
) -> None:
    guarded, unguarded = halves
    pairs = []
    for number, key in zip(range(PAIRS + WARM_UP), cycle(keys), strict=False):
        # Whichever comes second finds the other's work in the processor's caches.
        if number % 2:
            pair = (guarded(key), unguarded(key))
        else:
            pair = (unguarded(key), guarded(key))[::-1]
        pairs.append(pair)
    pairs = pairs[WARM_UP:]
    table.add(what, median(pair[0] for pair in pairs), "µs", median(pair[1] for pair in pairs))
    table.add(f"{what}: what it adds", median(ours - bare for ours, bare in pairs), "µs")


def measure(instance: Instance) -> Table:
    table = Table("Row security on a read by primary key", "a copy of the table without policies")
    remember(instance)
    with psycopg.connect(instance.admin_dsn, dbname="mnemoscope", autocommit=True) as admin:
        admin.execute(COPY)
        keys = admin.execute("SELECT tenant_id, id FROM memory_memory").fetchall()
    tenant_id = keys[0][0]
    keys = [key for key in keys if key[0] == tenant_id]
    secrets = instance.home / "secrets"
    context_key = bytes.fromhex((secrets / "context_key").read_text(encoding="ascii"))
    with psycopg.connect((secrets / "database_url").read_text(encoding="ascii")) as session:
        refuse_unguarded(session, keys[0])
        show_tenant(session, tenant_id, context_key)
        for what, prepare in (("prepared", True), ("planned each time", False)):
            halves = (
                by_key(session, GUARDED, prepare=prepare),
                by_key(session, UNGUARDED, prepare=prepare),
            )
            compare(table, what, halves, keys)
    return table


def remember(instance: Instance) -> None:
    headers = {"Authorization": f"Bearer {instance.demo['agent_key']}"}
    with httpx.Client(base_url=f"{instance.url}/api/v1", headers=headers, timeout=60) as api:
        for number in range(BATCHES):
            memories = [
                {"content": f"Customer {number}-{n} prefers e-mail.", "subject": f"customer-{n}"}
                for n in range(BATCH)
            ]
            api.post("/memories/batch", json={"memories": memories}).raise_for_status()


def refuse_unguarded(session: psycopg.Connection, key: "TupleRow") -> None:
    """Raises RuntimeError: without its tenant the session must find nothing in the one table."""
    hidden = session.execute(BY_KEY.format(sql.Identifier(GUARDED)), key).fetchall()
    open_to_all = session.execute(BY_KEY.format(sql.Identifier(UNGUARDED)), key).fetchall()
    if hidden or not open_to_all:
        raise RuntimeError("The tables compared are not one with and one without row security.")


def main() -> Table:
    with running_instance() as instance:
        return measure(instance)

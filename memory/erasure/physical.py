"""Clearing the space that deleted rows leave on disk: in tables, indexes, and the log of writes.

PostgreSQL only marks a deleted row. VACUUM frees its place but leaves the bytes there, and the
write-ahead log holds them for as long as its segments are used again. So what was touched is
written anew where that is quick (VACUUM FULL), and vacuumed where it would keep others waiting;
then the log is switched, and a checkpoint lets go of the segments before. By a role of its own,
which may do this and read nothing (`console.runtime.provision`).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from psycopg import sql

from console.tenancy.scope import tenant_scope
from memory.erasure.person import Person
from memory.erasure.stores import STORES
from memory.erasure.stores.store import IN_THEIR_DAYS, SCOPE, run
from memory.erasure.work import Done, Work

# Written anew at some 50 MB/s, with its indexes; meanwhile whoever reads it waits.
MOST_REWRITTEN = 512 * 1024 * 1024
PATIENCE_SECONDS = 30.0
ATTEMPTS_TO_REWRITE = 4
PARTITIONED = ("audit_span", "audit_spancontent", "audit_memoryaccess")
# Of the erasure itself, and the keys.
OWN = ("keys_datakey", "memory_erasurestep", "memory_subjectrequest", "memory_subjectname")

THEIR_PARTITIONS = f"""
{SCOPE}
SELECT DISTINCT substring(x.tableoid::regclass::text FROM '_[^_]+$') FROM audit_span x
WHERE x.tenant_id = %(t)s AND {IN_THEIR_DAYS}
UNION
SELECT DISTINCT substring(x.tableoid::regclass::text FROM '_[^_]+$') FROM audit_memoryaccess x
WHERE x.tenant_id = %(t)s AND x.memory_id IN (SELECT id FROM about_texts)
"""
OLDER_READERS = """
SELECT count(*) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND (age(backend_xmin) > age(%(now)s::text::xid) OR age(backend_xid) > age(%(now)s::text::xid))
"""
SIZE = "SELECT pg_total_relation_size(to_regclass(%s))"


class SpaceError(Exception):
    """What it says is a code: `old_transaction`, or `in_use`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clear_space(work: Work) -> Done:
    """Raises SpaceError while somebody still reads what was there before."""
    with tenant_scope(work.request.tenant_id):
        tables = _tables_of(work.person)
    return _clear(tables, patiently=work.receipt.attempts < ATTEMPTS_TO_REWRITE)


def clear_own_space() -> Done:
    """Of what the erasure itself wrote down."""
    return _clear(OWN, patiently=False)


def _clear(tables: tuple[str, ...], *, patiently: bool) -> Done:
    if not settings.ERASER_DSN:
        return Done(limits=("space_not_cleared",))
    limits: set[str] = set()
    rewritten = 0
    with _eraser() as eraser:
        _await_older_readers(eraser)
        for table in tables:
            if _is_rewritten(eraser, table, patiently=patiently):
                rewritten += 1
            else:
                limits.add("freed_pages_not_overwritten")
        # What it knows of columns by their most common values.
        _vacuum(eraser, "pg_statistic", full=True)
        eraser.execute("SELECT pg_switch_wal()")
        eraser.execute("CHECKPOINT")
        if _shown(eraser, "archive_mode") != "off":
            limits.add("archived_log")
        if _shown(eraser, "wal_recycle") != "off":
            limits.add("recycled_log")
    counts = {"tables": len(tables), "rewritten": rewritten}
    return Done(counts, limits=tuple(sorted(limits)))


@contextmanager
def _eraser() -> Iterator[psycopg.Connection]:
    with psycopg.connect(settings.ERASER_DSN or "", autocommit=True) as connection:
        connection.execute("SET lock_timeout = '3s'")
        yield connection


def _tables_of(person: Person) -> tuple[str, ...]:
    """Those of the stores, by the partitions that they were touched in."""
    # What waited there moved into the partition of its day since, and left its place behind.
    suffixes = {"_default"} | {suffix for (suffix,) in run(THEIR_PARTITIONS, person) if suffix}
    tables = {table for store in STORES for table in store.tables} | set(OWN)
    parts = {f"{table}{suffix}" for table in PARTITIONED for suffix in suffixes}
    return tuple(sorted(tables - set(PARTITIONED) | parts))


def _await_older_readers(eraser: psycopg.Connection) -> None:
    """VACUUM keeps what a transaction that began before may still look at."""
    row = eraser.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())").fetchone()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = eraser.execute(OLDER_READERS, {"now": row[0] if row else None}).fetchone()
        if found is None or found[0] == 0:
            return
        if time.monotonic() > deadline:
            raise SpaceError("old_transaction")
        time.sleep(0.1)


def _is_rewritten(eraser: psycopg.Connection, table: str, *, patiently: bool) -> bool:
    row = eraser.execute(SIZE, [f"public.{table}"]).fetchone()
    size = row[0] if row else None
    if size is None:  # a day that retention has dropped since
        return True
    if size <= MOST_REWRITTEN:
        try:
            _vacuum(eraser, table, full=True)
        except psycopg.errors.LockNotAvailable as error:
            if patiently:
                raise SpaceError("in_use") from error
        else:
            return True
    _vacuum(eraser, table, full=False)
    return False


def _vacuum(eraser: psycopg.Connection, table: str, *, full: bool) -> None:
    options = "FULL, ANALYZE" if full else "ANALYZE, INDEX_CLEANUP ON"
    if table == "pg_statistic":
        options = "FULL"
    statement = sql.SQL("VACUUM ({}) {}").format(sql.SQL(options), sql.Identifier(table))
    eraser.execute(statement)


def _shown(eraser: psycopg.Connection, name: str) -> str:
    row = eraser.execute("SELECT current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""

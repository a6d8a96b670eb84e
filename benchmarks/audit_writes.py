"""Writes per second with auditing beside the same writes without it, at 16 clients.

Without: the same statements in a copy of the database that has neither guard nor row changes, and
no event is appended. Once by the product's own verb (screened, ruled on, sealed, indexed), once as
bare SQL of the same rows; and both again with 20 ms of other work in the transaction. Clients are
processes, so that no two share an interpreter; rounds alternate, and who goes first, so that
what else the machine does meets both.
"""

import json
import multiprocessing
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection, connections
from psycopg import sql

from audit import trail
from benchmarks.database import DATABASE, embedded_database
from benchmarks.table import Table
from console.accounts.actor import Actor
from console.administration import create_tenant
from console.platform.ids import uuid7
from console.runtime.postgres import EmbeddedPostgres
from console.tenancy.scope import tenant_scope
from memory.actions import write_memories, write_memory
from memory.models import Memory
from tests.cast import Machine, a_memory, a_write, an_agent

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = 16
ROUNDS = 15
WARM_UP, SECONDS = 1.0, 3.0
BEFORE, PER_BATCH = 2_000, 100
OTHER_WORK = 0.020
OFF = "mnemoscope_bench_off"
TABLES = (
    "memory_memory",
    "memory_memoryversion",
    "memory_sealedcontent",
    "memory_memorytransition",
    "memory_recallindex",
)
EVENTS = "audit_auditevent"
UNGUARDED = """
SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) FROM pg_trigger
WHERE NOT tgisinternal AND (tgname LIKE 'governed%' OR tgname IN ('told', 'frozen'))
"""


class Sample(NamedTuple):
    """What one write leaves in a table: as JSON, and the statement that inserts it."""

    document: str
    statement: str


@dataclass(frozen=True, slots=True)
class Client:
    """One process's part: in which database, what it does, and how long it waits within."""

    database: str
    robo: Machine
    samples: tuple[Sample, ...]
    ids: tuple[UUID, UUID]
    by_sql: bool
    other_work: float

    def run(self, begin: Barrier, answers: "multiprocessing.Queue[tuple[int, int]]") -> None:
        connections["default"].settings_dict["NAME"] = self.database
        if self.database == OFF:
            trail.append_events = _append_nothing
        write = self._by_sql if self.by_sql else self._by_verb
        begin.wait()
        before = _for(WARM_UP, write)
        answers.put((before, _for(SECONDS, write)))
        connections.close_all()

    def _by_verb(self, number: int) -> None:
        text = f"Customer {uuid7()} asked about invoice {number * 7919 % 99991}."
        with tenant_scope(self.robo.actor.tenant_id):
            write_memory(actor=self.robo.actor, write=a_write(text))
            self._other_work()

    def _by_sql(self, _number: int) -> None:
        memory, version = (str(one) for one in self.ids)
        new = {memory: str(uuid7()), version: str(uuid7())}
        with tenant_scope(self.robo.actor.tenant_id):
            raw: Any = connection.connection
            with raw.pipeline(), raw.cursor() as cursor:
                for sample in self.samples:
                    document = sample.document
                    for old, fresh in (*new.items(), ("@", str(uuid7()))):
                        document = document.replace(old, fresh)
                    cursor.execute(sample.statement, [document], prepare=True)
            self._other_work()

    def _other_work(self) -> None:
        if self.other_work:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(%s)", [self.other_work])


def _append_nothing(events: Sequence[trail.Event], *, actor: Actor) -> None:
    """In the place of `audit.trail.append_events`."""


def _for(seconds: float, work: Callable[[int], None]) -> int:
    done, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        work(done)
        done += 1
    return done


def rate(client: Client) -> float:
    """Writes per second of all clients together. Raises RuntimeError where one is not stored."""
    stored = _stored(client)
    fork = multiprocessing.get_context("fork")
    begin, answers = fork.Barrier(CLIENTS), fork.Queue()
    clients = [fork.Process(target=client.run, args=(begin, answers)) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    counts: list[tuple[int, int]] = [answers.get(timeout=60) for _ in clients]
    for one in clients:
        one.join()
    written = sum(before + timed for before, timed in counts)
    if (more := _stored(client) - stored) != written:
        raise RuntimeError(f"Of {written} writes {more} are stored.")
    return sum(timed for _, timed in counts) / SECONDS


def _stored(client: Client) -> int:
    connections["default"].settings_dict["NAME"] = client.database
    with tenant_scope(client.robo.actor.tenant_id):
        count = Memory.objects.count()
    connections.close_all()  # nothing a fork could inherit
    return count


@contextmanager
def two_databases() -> "Iterator[tuple[Machine, tuple[Sample, ...], tuple[UUID, UUID]]]":
    """The same tenant, agent and memories in both.

    Some, and counted (ANALYZE), as in the first minute of any instance: in a database of which the
    planner knows nothing every index looks as good, and it walks through all rows of a tenant.
    """
    with embedded_database() as server:
        acme = create_tenant(slug="acme", name="Acme")
        robo = an_agent(acme, "robo")
        memory = a_memory(robo)
        with tenant_scope(robo.actor.tenant_id):
            for batch in range(0, BEFORE, PER_BATCH):
                writes = [
                    a_write(f"It was written before, as number {batch + n}.")
                    for n in range(PER_BATCH)
                ]
                write_memories(actor=robo.actor, writes=writes)
        connections.close_all()
        with psycopg.connect(server.dsn(database=DATABASE), autocommit=True) as superuser:
            superuser.execute("ANALYZE")
        samples, version = _samples(server, memory.id)
        _copy_unguarded(server)
        yield robo, samples, (memory.id, version)


def _samples(server: EmbeddedPostgres, memory_id: UUID) -> tuple[tuple[Sample, ...], UUID]:
    with psycopg.connect(server.dsn(database=DATABASE)) as superuser:
        [version] = superuser.execute("SELECT id FROM memory_memoryversion").fetchone() or ()
        samples = tuple(_sample(superuser, table, memory_id) for table in (*TABLES, EVENTS))
    return samples, version


def _sample(superuser: psycopg.Connection, table: str, memory_id: UUID) -> Sample:
    about = " WHERE object_id = %s" if table == EVENTS else ""
    row = superuser.execute(
        sql.SQL("SELECT row_to_json(t) FROM {} AS t" + about + " LIMIT 1").format(
            sql.Identifier(table)
        ),
        [memory_id] if about else [],
    ).fetchone()
    [document] = row or ({},)
    if table in {EVENTS, "memory_memorytransition"}:
        document["id"] = "@"
    columns = ", ".join(f'"{name}"' for name in document if name != "xid")
    return Sample(
        json.dumps(document),
        f"INSERT INTO {table} ({columns})"
        f" SELECT {columns} FROM json_populate_record(NULL::{table}, %s::json)",
    )


def _copy_unguarded(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as superuser:
        superuser.execute(f"CREATE DATABASE {OFF} TEMPLATE {DATABASE}")
    with psycopg.connect(server.dsn(database=OFF)) as superuser:
        for (drop,) in superuser.execute(UNGUARDED).fetchall():
            superuser.execute(drop)


def main() -> Table:
    table = Table(f"Writes, audited, {CLIENTS} clients", "without event, guard and row changes")
    with two_databases() as (robo, samples, ids):
        for by_sql in (False, True):
            for other_work in (0.0, OTHER_WORK):
                pairs = []
                for number in range(ROUNDS):
                    both = {}
                    for database in (DATABASE, OFF) if number % 2 else (OFF, DATABASE):
                        said = samples if database == DATABASE else samples[:-1]
                        client = Client(database, robo, said, ids, by_sql, other_work)
                        both[database] = rate(client)
                    pairs.append((both[DATABASE], both[OFF]))
                on, off = (median(one) for one in zip(*pairs, strict=True))
                what = "bare SQL of the same rows" if by_sql else "the product's verb"
                work = ", 20 ms of other work" if other_work else ""
                table.add(f"{what}{work}", on, "/s", off)
    return table

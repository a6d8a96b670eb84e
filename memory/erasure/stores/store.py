"""What a store is: where something about a person stands, and what an erasure does to it.

A row is *left* while it still says something about them: the same condition counts the preview,
finds what to erase next, and tells afterwards that nothing remains.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from console.accounts.actor import Actor
from memory.erasure.person import Person

BATCH = 5_000
# Of rows that an event must name (`audit.operations`): their ids stand in its payload.
NAMED_BATCH = 500
SAMPLES = 3
MAX_SAMPLE = 120

# Whatever a condition names of these; what it does not name costs nothing.
SCOPE = """
WITH subjects AS (SELECT unnest(%(s)s::uuid[]) AS id),
about AS (
  SELECT id FROM memory_memory
  WHERE tenant_id = %(t)s AND (subject_id = ANY(%(s)s::uuid[]) OR id = ANY(%(d)s::uuid[]))),
about_texts AS (SELECT id::text AS id FROM about),
versions AS (
  SELECT v.id FROM memory_memoryversion v JOIN about ON about.id = v.memory_id
  WHERE v.tenant_id = %(t)s),
reviews AS (
  SELECT r.id FROM memory_reviewitem r JOIN about ON about.id = r.memory_id
  WHERE r.tenant_id = %(t)s),
traces AS (
  SELECT trace_id, run_id FROM audit_trace
  WHERE tenant_id = %(t)s AND subject_id = ANY(%(s)s::uuid[])),
runs AS (SELECT DISTINCT run_id AS id FROM traces),
days AS (
  SELECT min(r.first_seen) AS first, max(r.last_seen) AS last
  FROM audit_run r JOIN runs ON runs.id = r.id WHERE r.tenant_id = %(t)s)
"""
# What they are called, by itself or among other words.
CALLED = "ANY(%(p)s::text[])"
# The time of their runs, which spares the partitions of other days.
IN_THEIR_DAYS = (
    "x.start_time BETWEEN (SELECT first FROM days) AND (SELECT last FROM days)"
    " AND x.trace_id IN (SELECT trace_id FROM traces)"
)

Eraser = Callable[[Person, Actor], int]


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows; 0 once nothing is left. `named` are those that an event must name."""

    rows: int
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """`left` is a condition on rows `x` of `table`. What is left is deleted, or `blank` is set.

    `erase` does it by hand instead, some at a time, and empties the columns `by_hand`
    (`table.column`); a store that `goes_with` another has no step of its own. `tables` are those
    whose freed space must be cleared as well.
    """

    name: str
    label: str
    what_happens: str
    table: str
    left: str
    key: tuple[str, ...] = ("id",)
    figure: str = "count(*)"
    sample: str = ""
    blank: str = ""
    erase: Eraser | None = None
    by_hand: tuple[str, ...] = ()
    goes_with: str = ""
    also_in: tuple[str, ...] = ()
    governed: bool = False

    @property
    def tables(self) -> tuple[str, ...]:
        return (self.table, *self.also_in)

    def empties(self, table: str, column: str) -> bool:
        """Of a row that it deletes, every column."""
        if self.erase is not None:
            return f"{table}.{column}" in self.by_hand
        if self.blank:
            return table == self.table and f" {column} = " in f" {self.blank}"
        return table in self.tables

    @property
    def counted(self) -> str:
        """A statement within `SCOPE`: what is left, in what the store is counted in."""
        return f"SELECT {self.figure} {self._rows}"

    def samples(self, person: Person) -> list[str]:
        """A few, masked: enough to tell what it is, and not what it says."""
        if not self.sample:
            return []
        statement = f"{SCOPE} SELECT {self.sample} {self._rows} LIMIT {SAMPLES}"
        return [masked(str(text)) for (text,) in run(statement, person) if text]

    def erase_some(self, person: Person, actor: Actor) -> "Erased":
        """Some of what is left, in the transaction at hand."""
        if self.erase is not None:
            return Erased(self.erase(person, actor))
        columns = ", ".join(f"x.{column}" for column in self.key)
        same = " AND ".join(f"x.{column} = batch.{column}" for column in self.key)
        most = NAMED_BATCH if self.governed else BATCH
        batch = f"batch AS MATERIALIZED (SELECT {columns} {self._rows} LIMIT {most})"
        change = (
            f"UPDATE {self.table} x SET {self.blank} FROM batch"
            if self.blank
            else f"DELETE FROM {self.table} x USING batch"
        )
        with connection.cursor() as cursor:
            statement = f"{SCOPE}, {batch} {change} WHERE x.tenant_id = %(t)s AND {same}"
            if not self.governed:
                cursor.execute(statement, person.parameters)
                return Erased(cursor.rowcount)
            cursor.execute(f"{statement} RETURNING x.id", person.parameters)
            ids = tuple(str(id_) for (id_,) in cursor.fetchall())
            return Erased(len(ids), ids)

    @property
    def _rows(self) -> str:
        return f"FROM {self.table} x WHERE x.tenant_id = %(t)s AND ({self.left})"


def run(statement: str, person: Person) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, person.parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def masked(text: str) -> str:
    """The first letter of each word, and how long it is."""
    return re.sub(r"(?<=\w)\w", "\u00b7", text)[:MAX_SAMPLE]

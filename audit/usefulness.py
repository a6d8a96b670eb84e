"""What came of using memories: their recalls, joined to how the runs went that made them.

Recalls are those our own API served; what a span claims could be made up. A run is judged once,
by the report that stands (`audit.outcomes`), however many reports it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from django.db import connection

from console.tenancy.scope import current_tenant_id

# A run has a name before its first span arrives: its id, else its trace's.
JUDGED: LiteralString = """
judged AS (
  SELECT DISTINCT ON (run) run, result FROM (
    SELECT coalesce(t.run_id::text, encode(o.trace_id, 'hex'), o.run_id::text) AS run,
           o.result, o.reported_by_kind, o.id
    FROM audit_runoutcome o
    LEFT JOIN audit_trace t ON t.tenant_id = o.tenant_id AND t.trace_id = o.trace_id
    WHERE o.tenant_id = %(tenant)s
  ) said ORDER BY run, reported_by_kind = 'user' DESC, id DESC
)
"""
RECALLED: LiteralString = """
recalled AS (
  SELECT a.memory_id, a.agent, a.at, coalesce(t.run_id::text, encode(a.trace_id, 'hex')) AS run
  FROM audit_memoryaccess a
  LEFT JOIN audit_trace t ON t.tenant_id = a.tenant_id AND t.trace_id = a.trace_id
  WHERE a.tenant_id = %(tenant)s AND a.access = 'read' AND a.source = 'api'
    AND a.rank IS NOT NULL
"""
USE: LiteralString = f"""
WITH {JUDGED}, {RECALLED} AND a.memory_id = ANY(%(memories)s::text[]))
SELECT r.memory_id, count(*), count(DISTINCT r.agent), count(DISTINCT r.run), max(r.at),
       count(DISTINCT r.run) FILTER (WHERE j.result = 'success'),
       count(DISTINCT r.run) FILTER (WHERE j.result = 'failure')
FROM recalled r LEFT JOIN judged j ON j.run = r.run GROUP BY r.memory_id
"""  # noqa: S608 - constants of ours
FAILING: LiteralString = f"""
WITH {JUDGED}, {RECALLED} AND a.at >= %(since)s)
SELECT r.memory_id, count(DISTINCT r.run) FILTER (WHERE j.result = 'failure') AS failures,
       count(DISTINCT r.run) AS runs
FROM recalled r JOIN judged j ON j.run = r.run GROUP BY r.memory_id
HAVING count(DISTINCT r.run) >= %(evidence)s
   AND count(DISTINCT r.run) FILTER (WHERE j.result = 'failure') * 2 > count(DISTINCT r.run)
"""  # noqa: S608
RATE: LiteralString = f"""
WITH {JUDGED} SELECT count(*) FILTER (WHERE result = 'failure'), count(*) FROM judged
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Use:
    """`runs` that recalled it, and those of them that are known to have gone well or badly."""

    memory_id: str
    recalls: int = 0
    agents: int = 0
    runs: int = 0
    last_at: datetime | None = None
    successes: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Failing:
    """A memory most of whose judged runs failed."""

    memory_id: str
    failures: int
    runs: int


def use_of(memory_ids: Sequence[str]) -> dict[str, Use]:
    """Of each memory, those that nobody recalled included."""
    rows = _rows(USE, memories=list(memory_ids))
    used = {row[0]: Use(*row) for row in rows}
    return {memory_id: used.get(memory_id, Use(memory_id)) for memory_id in memory_ids}


def failing_memories(*, since: datetime, evidence: int) -> list[Failing]:
    """Recalled since then by at least `evidence` judged runs, of which more than half failed."""
    return [Failing(*row) for row in _rows(FAILING, since=since, evidence=evidence)]


def failures_of_all_runs() -> tuple[int, int]:
    """How many of the judged runs failed, and how many there are."""
    [(failures, runs)] = _rows(RATE)
    return failures, runs


def _rows(statement: LiteralString, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"tenant": current_tenant_id(), **parameters})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows

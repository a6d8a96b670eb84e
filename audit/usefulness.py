"""What came of using memories: their recalls, joined to how the runs went that made them.

Recalls are those our own API served; what a span claims could be made up. A run is judged once,
by the report that stands (`audit.outcomes`), however many reports it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from django.db import connection

from console.tenancy.scope import current_tenant_id

# A run has a name before its first span arrives: its id, else its trace's.
RECALLED: LiteralString = """
recalled AS (
  SELECT a.memory_id, a.agent, a.at, a.trace_id, t.run_id,
         coalesce(t.run_id::text, encode(a.trace_id, 'hex')) AS run
  FROM audit_memoryaccess a
  LEFT JOIN audit_trace t ON t.tenant_id = a.tenant_id AND t.trace_id = a.trace_id
  WHERE a.tenant_id = %(tenant)s AND a.access = 'read' AND a.source = 'api'
    AND a.rank IS NOT NULL
"""
STANDING: LiteralString = """
SELECT DISTINCT ON (run) run, result, score FROM said
ORDER BY run, reported_by_kind = 'user' DESC, id DESC
"""
JUDGED: LiteralString = f"""
said AS (
  SELECT coalesce(t.run_id::text, encode(o.trace_id, 'hex'), o.run_id::text) AS run, o.*
  FROM audit_runoutcome o
  LEFT JOIN audit_trace t ON t.tenant_id = o.tenant_id AND t.trace_id = o.trace_id
  WHERE o.tenant_id = %(tenant)s
), judged AS ({STANDING})
"""  # noqa: S608 - constants of ours
# Only of the runs that recalled the memories: a page does not read every report there is.
USE: LiteralString = f"""
WITH {RECALLED} AND a.memory_id = ANY(%(memories)s::text[])
), told AS (
  SELECT DISTINCT r.run, coalesce(t.trace_id, r.trace_id) AS trace_id, r.run_id FROM recalled r
  LEFT JOIN audit_trace t ON t.tenant_id = %(tenant)s AND t.run_id = r.run_id
  WHERE r.run IS NOT NULL
), said AS (
  SELECT told.run, o.* FROM told JOIN audit_runoutcome o
    ON o.tenant_id = %(tenant)s AND o.trace_id = told.trace_id
  UNION ALL
  SELECT told.run, o.* FROM (SELECT DISTINCT run, run_id FROM told) told
  JOIN audit_runoutcome o
    ON o.tenant_id = %(tenant)s AND o.run_id = told.run_id AND o.trace_id IS NULL
), judged AS ({STANDING}), per_run AS (
  SELECT r.memory_id, r.run, count(*) AS recalls, max(r.at) AS last_at
  FROM recalled r GROUP BY r.memory_id, r.run
)
SELECT p.memory_id, sum(p.recalls)::bigint,
       (SELECT count(DISTINCT r.agent) FROM recalled r WHERE r.memory_id = p.memory_id),
       count(p.run), max(p.last_at), count(*) FILTER (WHERE j.result = 'success'),
       count(*) FILTER (WHERE j.result = 'failure'), avg(j.score)
FROM per_run p LEFT JOIN judged j ON j.run = p.run GROUP BY p.memory_id
"""  # noqa: S608
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
    """`runs` that recalled it, and those of them that are known to have gone well or badly.

    `score` is the mean, from 0 to 1, of those that were given one.
    """

    memory_id: str
    recalls: int = 0
    agents: int = 0
    runs: int = 0
    last_at: datetime | None = None
    successes: int = 0
    failures: int = 0
    score: float | None = None


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


def use_of_one(memory_id: UUID) -> Use:
    return use_of([str(memory_id)])[str(memory_id)]


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

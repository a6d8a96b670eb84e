"""What wrote a memory, and what its agent had just been told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from django.db import connection

from audit.dialects.dialect import Op
from audit.influence.recalls import Sought
from audit.influence.turns import moment_in
from audit.models import AccessSource
from console.tenancy.scope import current_tenant_id

# What brings words in from outside: a tool's output, a page, another memory, a message.
FEEDING = (Op.TOOL, Op.RETRIEVAL, Op.MEMORY_READ, Op.MODEL)
MOST_WRITINGS = 20
MOST_FEEDING = 3

WRITINGS: LiteralString = """
SELECT a.memory_id, a.version, a.source, a.at, a.agent, a.trace_id, a.span_id, t.run_id,
       r.first_seen, r.last_seen, s.start_ns, s.duration_ns
FROM unnest(%(ids)s::text[], %(sinces)s::timestamptz[], %(versions)s::int4[])
  AS m (id, since, version)
JOIN audit_memoryaccess a ON a.tenant_id = %(tenant)s AND a.memory_id = m.id AND a.at >= m.since
JOIN audit_trace t ON t.tenant_id = a.tenant_id AND t.trace_id = a.trace_id
JOIN audit_run r ON r.tenant_id = t.tenant_id AND r.id = t.run_id
LEFT JOIN LATERAL (
  SELECT s.start_ns, s.duration_ns FROM audit_span s
  WHERE s.tenant_id = %(tenant)s AND s.trace_id = a.trace_id AND s.span_id = a.span_id
    AND s.start_time BETWEEN r.first_seen AND r.last_seen LIMIT 1) AS s ON true
WHERE a.access IN ('write', 'update') AND (m.version IS NULL OR a.version = m.version)
ORDER BY a.at LIMIT %(most)s
"""
BEFORE: LiteralString = """
SELECT w.n - 1, fed.* FROM unnest(%(traces)s::bytea[], %(spans)s::bytea[], %(moments)s::int8[],
    %(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) WITH ORDINALITY
  AS w (trace_id, span_id, moment, first_seen, last_seen, n)
CROSS JOIN LATERAL (
  SELECT s.span_id, s.op, s.name, s.tool, s.model, s.start_time FROM audit_span s
  WHERE s.tenant_id = %(tenant)s AND s.trace_id = w.trace_id AND s.op = ANY(%(feeding)s)
    AND s.start_time BETWEEN w.first_seen AND w.last_seen
    AND s.start_ns + s.duration_ns <= w.moment AND s.span_id IS DISTINCT FROM w.span_id
  ORDER BY s.start_time DESC, s.start_ns DESC LIMIT %(most)s) AS fed
ORDER BY fed.start_time
"""


@dataclass(frozen=True, slots=True)
class Fed:
    """A step of the same trace that ended before the writing: its words may be what was kept."""

    trace_id: str
    span_id: str
    op: Op
    name: str
    tool: str
    model: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Writing:
    """A version written in a run. Of `fed` the latest MOST_FEEDING, the oldest first."""

    memory_id: str
    version: int | None
    source: AccessSource
    at: datetime
    agent: str
    trace_id: str
    span_id: str
    run_id: UUID
    fed: tuple[Fed, ...]


def writings_of(sought: Sequence[Sought]) -> list[Writing]:
    """Of these memories the first MOST_WRITINGS in runs that are known. Two statements."""
    if not sought:
        return []
    rows = _fetch(
        WRITINGS,
        ids=[one.memory_id for one in sought],
        sinces=[one.since for one in sought],
        versions=[one.version for one in sought],
        most=MOST_WRITINGS,
    )
    fed = _fed(rows) if rows else {}
    return [
        Writing(
            memory_id,
            version,
            AccessSource(source),
            at,
            agent,
            bytes(trace_id).hex(),
            bytes(span_id or b"").hex(),
            run_id,
            tuple(fed.get(n, ())),
        )
        for n, (memory_id, version, source, at, agent, trace_id, span_id, run_id, *_) in enumerate(
            rows
        )
    ]


def _fed(rows: Sequence[tuple[Any, ...]]) -> dict[int, list[Fed]]:
    found: dict[int, list[Fed]] = {}
    spans = [None if start is None else (start, length) for *_, start, length in rows]
    steps = _fetch(
        BEFORE,
        traces=[row[5] for row in rows],
        spans=[row[6] for row in rows],
        moments=[moment_in(row[3], span) for row, span in zip(rows, spans, strict=True)],
        firsts=[row[8] for row in rows],
        lasts=[row[9] for row in rows],
        feeding=[str(op) for op in FEEDING],
        most=MOST_FEEDING,
    )
    for n, span_id, op, name, tool, model, started_at in steps:
        trace_id = bytes(rows[n][5]).hex()
        step = Fed(trace_id, bytes(span_id).hex(), Op(op), name, tool, model, started_at)
        found.setdefault(n, []).append(step)
    return found


def _fetch(statement: LiteralString, **known: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"tenant": current_tenant_id(), **known})
        rows: list[Any] = cursor.fetchall()
    return rows

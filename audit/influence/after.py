"""What happened in given turns: model and tool calls, and memories written."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from django.db import connection

from audit.dialects.dialect import Op
from audit.influence.turns import Turn, moment_in
from audit.models import AccessSource
from audit.timelines.memory_mark import CLOCK_SKEW
from console.tenancy.scope import current_tenant_id

DECISIONS = (Op.MODEL, Op.TOOL)

# The stretches of a trace do not overlap, so that nothing counts twice. Each is looked up by
# itself, in the partitions of its run: left to itself, the planner reads all spans there are.
STRETCHES: LiteralString = """
FROM unnest(%(traces)s::bytea[], %(begins)s::int8[], %(ends)s::int8[], %(firsts)s::timestamptz[],
  %(lasts)s::timestamptz[]) AS t (trace_id, begins, ends, first_seen, last_seen)
"""
WITHIN: LiteralString = """
FROM audit_span s
WHERE s.tenant_id = %(tenant)s AND s.trace_id = t.trace_id
  AND s.start_time BETWEEN t.first_seen AND t.last_seen
  AND s.start_ns > t.begins AND s.start_ns <= t.ends AND s.op = ANY(%(decisions)s)
"""
COUNTED: LiteralString = f"""
SELECT t.trace_id, one.models, one.tools {STRETCHES}
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE s.op = 'model') AS models,
    count(*) FILTER (WHERE s.op = 'tool') AS tools {WITHIN}) AS one
"""
LISTED: LiteralString = f"""
SELECT one.* {STRETCHES}
CROSS JOIN LATERAL (
  SELECT s.trace_id, s.span_id, s.run_id, s.start_time, s.duration_ns, s.op, s.name, s.agent,
    s.tool, s.model, s.status {WITHIN}
  ORDER BY s.start_time DESC, s.start_ns DESC LIMIT %(most)s) AS one
ORDER BY one.start_time DESC, one.span_id LIMIT %(most)s
"""
WRITES: LiteralString = """
SELECT a.memory_id, a.version, a.source, a.at, a.agent, a.store, a.trace_id, a.span_id, s.start_ns,
  s.duration_ns
FROM unnest(%(traces)s::bytea[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
  AS t (trace_id, first_seen, last_seen)
JOIN audit_memoryaccess a ON a.tenant_id = %(tenant)s AND a.trace_id = t.trace_id
  AND a.at >= %(since)s
LEFT JOIN LATERAL (
  SELECT s.start_ns, s.duration_ns FROM audit_span s
  WHERE s.tenant_id = %(tenant)s AND s.trace_id = a.trace_id AND s.span_id = a.span_id
    AND s.start_time BETWEEN t.first_seen AND t.last_seen LIMIT 1) AS s ON true
WHERE a.access IN ('write', 'update') ORDER BY a.at LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Counted:
    models: int = 0
    tools: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.models + other.models, self.tools + other.tools)


@dataclass(frozen=True, slots=True)
class Decision:
    """A model or a tool call that started after a recall, in its turn. Ids are hexadecimal."""

    trace_id: str
    span_id: str
    run_id: Any
    started_at: datetime
    duration_ns: int | None
    op: Op
    name: str
    agent: str
    tool: str
    model: str
    status: str


@dataclass(frozen=True, slots=True)
class Written:
    """A memory written in a turn after a recall, once for each turn around it.

    `at_ns` is by the writing step's clock.
    """

    memory_id: str
    version: int | None
    source: AccessSource
    at: datetime
    at_ns: int
    agent: str
    store: str
    trace_id: bytes
    span_id: bytes | None
    turn: Turn


def decisions_counted(turns: Sequence[Turn]) -> dict[bytes, Counted]:
    """By trace. One statement."""
    counted: dict[bytes, Counted] = defaultdict(Counted)
    if turns:
        for trace_id, models, tools in _fetch(COUNTED, **_stretches(turns)):
            counted[bytes(trace_id)] += Counted(models, tools)
    return counted


def decisions_in(turns: Sequence[Turn], *, most: int) -> list[Decision]:
    """The latest first. One statement."""
    if not turns:
        return []
    return [_decision(row) for row in _fetch(LISTED, most=most, **_stretches(turns))]


def writes_in(turns: Sequence[Turn], *, most: int) -> list[Written]:
    """The earliest first. One statement."""
    if not turns:
        return []
    by_trace: dict[bytes, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_trace[turn.trace_id].append(turn)
    ones = [of_trace[0] for of_trace in by_trace.values()]
    rows = _fetch(
        WRITES,
        traces=[turn.trace_id for turn in ones],
        firsts=[turn.first_seen for turn in ones],
        lasts=[turn.last_seen for turn in ones],
        since=min(turn.first_seen for turn in ones) - CLOCK_SKEW,
        most=most,
    )
    return [written for row in rows for written in _written(row, by_trace)]


def _written(row: tuple[Any, ...], by_trace: dict[bytes, list[Turn]]) -> Iterable[Written]:
    memory_id, version, source, at, agent, store, trace, span, start, duration = row
    trace_id = bytes(trace)
    moment = moment_in(at, None if start is None else (start, duration))
    span_id = None if span is None else bytes(span)
    for turn in by_trace[trace_id]:
        if turn.holds(moment):
            yield Written(
                memory_id,
                version,
                AccessSource(source),
                at,
                moment,
                agent,
                store,
                trace_id,
                span_id,
                turn,
            )


def _decision(row: tuple[Any, ...]) -> Decision:
    trace_id, span_id, run_id, started_at, duration, op, *texts = row
    return Decision(
        bytes(trace_id).hex(), bytes(span_id).hex(), run_id, started_at, duration, Op(op), *texts
    )


def _stretches(turns: Iterable[Turn]) -> dict[str, Any]:
    by_trace: dict[bytes, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_trace[turn.trace_id].append(turn)
    merged = [
        (of_trace[0], begins, ends)
        for of_trace in by_trace.values()
        for begins, ends in _joined((turn.begins_ns, turn.ends_ns) for turn in of_trace)
    ]
    return {
        "traces": [turn.trace_id for turn, _, _ in merged],
        "begins": [begins for _, begins, _ in merged],
        "ends": [ends for _, _, ends in merged],
        "firsts": [turn.first_seen for turn, _, _ in merged],
        "lasts": [turn.last_seen for turn, _, _ in merged],
        "decisions": [str(op) for op in DECISIONS],
    }


def _joined(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begins, ends in sorted(stretches):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined


def _fetch(statement: LiteralString, **known: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"tenant": current_tenant_id(), **known})
        rows: list[Any] = cursor.fetchall()
    return rows

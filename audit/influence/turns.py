"""From recalls to the turns they fell into: from when to when something may have come of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from django.db import connection

from audit.dialects.dialect import Op
from audit.influence.recalls import Recall
from audit.ingest.columns import instant_ns
from console.tenancy.scope import current_tenant_id

ENCLOSING = (Op.AGENT, Op.WORKFLOW)
MOST_ANCESTORS = 64  # a span that names itself as its ancestor must not be followed for ever
NEVER = 2**63 - 1

# The times of the run prune the partitions to look into. LATERAL with a LIMIT is one look into one
# index each: left to itself, the planner reads all spans rather than a thousand of them. The first
# row of a recall is its own span.
SPANS_AROUND: LiteralString = """
WITH RECURSIVE around (n, trace_id, first_seen, last_seen, depth, span_id, parent_id, op, start_ns,
    duration_ns) AS (
  SELECT r.n, r.trace_id, r.first_seen, r.last_seen, 0, own.*
  FROM unnest(%(traces)s::bytea[], %(spans)s::bytea[], %(firsts)s::timestamptz[],
    %(lasts)s::timestamptz[]) WITH ORDINALITY AS r (trace_id, span_id, first_seen, last_seen, n)
  CROSS JOIN LATERAL (
    SELECT s.span_id, s.parent_id, s.op, s.start_ns, s.duration_ns FROM audit_span s
    WHERE s.tenant_id = %(tenant)s AND s.trace_id = r.trace_id AND s.span_id = r.span_id
      AND s.start_time BETWEEN r.first_seen AND r.last_seen LIMIT 1) AS own
  UNION ALL
  SELECT a.n, a.trace_id, a.first_seen, a.last_seen, a.depth + 1, above.*
  FROM around a
  CROSS JOIN LATERAL (
    SELECT s.span_id, s.parent_id, s.op, s.start_ns, s.duration_ns FROM audit_span s
    WHERE s.tenant_id = %(tenant)s AND s.trace_id = a.trace_id AND s.span_id = a.parent_id
      AND s.start_time BETWEEN a.first_seen AND a.last_seen LIMIT 1) AS above
  WHERE a.op <> ALL(%(enclosing)s) AND a.depth < %(most)s
)
SELECT n - 1, depth, span_id, op, start_ns, duration_ns FROM around
WHERE depth = 0 OR op = ANY(%(enclosing)s)
"""
ROOTS: LiteralString = """
SELECT t.trace_id, root.start_ns
FROM unnest(%(traces)s::bytea[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
  AS t (trace_id, first_seen, last_seen)
CROSS JOIN LATERAL (
  SELECT s.start_ns FROM audit_span s
  WHERE s.tenant_id = %(tenant)s AND s.trace_id = t.trace_id AND s.parent_id IS NULL
    AND s.start_time BETWEEN t.first_seen AND t.last_seen OFFSET 0) AS root
ORDER BY root.start_ns
"""


@dataclass(slots=True)
class Turn:
    """From `begins_ns`, the end of its first recall, to `ends_ns`: both Unix nanoseconds.

    `span_id` is the agent or workflow span around it, if any. `first_seen` and `last_seen` are the
    run's. `recalled` are the memories by when they were.
    """

    trace_id: bytes
    span_id: bytes | None
    run_id: UUID
    first_seen: datetime
    last_seen: datetime
    begins_ns: int
    ends_ns: int
    recalled: dict[str, int] = field(default_factory=dict)

    def holds(self, instant: int) -> bool:
        return self.begins_ns < instant <= self.ends_ns


@dataclass(frozen=True, slots=True)
class _Around:
    """`own` is the recall's span, `enclosing` the one whose end ends the turn: start and length."""

    own: tuple[int, int | None] | None = None
    enclosing: tuple[bytes, int, int | None] | None = None


def turns_after(recalls: Iterable[Recall]) -> list[Turn]:
    """Those of recalls whose run is known. Two statements at most."""
    known = [one for one in recalls if one.trace_id is not None and one.run_id is not None]
    if not known:
        return []
    around = _spans_around(known)
    roots = _roots([one for n, one in enumerate(known) if around[n].enclosing is None])
    turns: dict[tuple[bytes, bytes | None, int], Turn] = {}
    for n, recall in enumerate(known):
        _add(turns, recall, around[n], roots)
    return list(turns.values())


def moment_in(at: datetime, span: tuple[int, int | None] | None) -> int:
    """When a step touched a memory, by its own clock, in Unix nanoseconds.

    The API stamps what it did by the server's clock, within the span that asked for it if the
    clocks agree. Where they do not, or the run is replayed from a recording, the span is right.
    """
    instant = instant_ns(at)
    if span is None:
        return instant
    start, duration = span
    end = NEVER if duration is None else start + duration
    return max(start, min(instant, end))


def _add(
    turns: dict[tuple[bytes, bytes | None, int], Turn],
    recall: Recall,
    around: _Around,
    roots: dict[bytes, list[int]],
) -> None:
    if (
        recall.trace_id is None
        or recall.run_id is None
        or recall.first_seen is None
        or recall.last_seen is None
    ):
        return
    begins = moment_in(recall.at, around.own)
    span_id = None
    ends = next((start - 1 for start in roots.get(recall.trace_id, ()) if start > begins), NEVER)
    if around.enclosing is not None:
        span_id, start, duration = around.enclosing
        ends = NEVER if duration is None else start + duration
    key = (recall.trace_id, span_id, ends)
    turn = turns.get(key)
    if turn is None:
        turn = turns[key] = Turn(
            recall.trace_id,
            span_id,
            recall.run_id,
            recall.first_seen,
            recall.last_seen,
            begins,
            ends,
        )
    turn.begins_ns = min(turn.begins_ns, begins)
    turn.recalled[recall.memory_id] = min(begins, turn.recalled.get(recall.memory_id, begins))


def _spans_around(recalls: Sequence[Recall]) -> dict[int, _Around]:
    own: dict[int, tuple[int, int | None]] = {}
    enclosing: dict[int, tuple[bytes, int, int | None]] = {}
    rows = _fetch(
        SPANS_AROUND,
        recalls,
        spans=[one.span_id for one in recalls],
        enclosing=[str(op) for op in ENCLOSING],
        most=MOST_ANCESTORS,
    )
    for n, depth, span_id, op, start, duration in rows:
        if depth == 0:
            own[n] = (start, duration)
        if op in ENCLOSING:
            enclosing[n] = (bytes(span_id), start, duration)
    return {n: _Around(own.get(n), enclosing.get(n)) for n in range(len(recalls))}


def _roots(recalls: Sequence[Recall]) -> dict[bytes, list[int]]:
    once = list({one.trace_id: one for one in recalls}.values())
    roots: dict[bytes, list[int]] = defaultdict(list)
    for trace_id, start in _fetch(ROOTS, once) if once else ():
        roots[bytes(trace_id)].append(start)
    return roots


def _fetch(statement: LiteralString, recalls: Sequence[Recall], **known: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "tenant": current_tenant_id(),
                "traces": [one.trace_id for one in recalls],
                "firsts": [one.first_seen for one in recalls],
                "lasts": [one.last_seen for one in recalls],
                **known,
            },
        )
        rows: list[Any] = cursor.fetchall()
    return rows

"""Runs counted from what is stored, exactly as `audit.ingest.run_delta` counts what arrives."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from audit.ingest import columns
from audit.ingest.columns import instant_ns
from audit.ingest.run_delta import COUNTS, LATEST, RunDelta
from audit.ingest.statements import run
from console.tenancy.scope import current_tenant_id

MOST = 2**62
COUNTED = {
    "span_count": "count(*)",
    "error_count": "count(*) FILTER (WHERE done AND failed)",
    "model_calls": "count(*) FILTER (WHERE done AND op = 'model')",
    "tool_calls": "count(*) FILTER (WHERE done AND op = 'tool')",
    "approvals": "count(*) FILTER (WHERE done AND op = 'approval')",
    "memory_reads": "count(*) FILTER (WHERE done AND op = 'memory_read')",
    "memory_writes": "count(*) FILTER ("
    "WHERE done AND op IN ('memory_write', 'memory_update', 'memory_delete'))",
    "open_spans": "count(*) FILTER (WHERE NOT done)",
    "open_approvals": "count(*) FILTER (WHERE NOT done AND op = 'approval')",
    "open_traces": "0::int8",  # told by the traces
}
SUMMED = "least(coalesce(sum({0}) FILTER (WHERE done), 0), {1})::int8"
LAST_ROOT = (
    "(array_agg({0} ORDER BY end_ns / 1000 DESC, failed DESC)"
    " FILTER (WHERE parent_id IS NULL AND done))[1]"
)
FIRST_WORD = (
    '(array_agg({0} ORDER BY {1}, {0} COLLATE "C") FILTER (WHERE {2}))[1],'
    " min({1}) FILTER (WHERE {2})"
)

# Over a table expression `spans` of rows of audit_span.
SUMMARY = f"""
SELECT run_id, min(start_ns), max(end_ns), array_agg(DISTINCT start_ns / 60000000000),
  {FIRST_WORD.format("name", "rank", "parent_id IS NULL")},
  {FIRST_WORD.format("agent", "agent_rank", "agent <> ''")},
  {FIRST_WORD.format("service", "rank", "service <> ''")},
  {LAST_ROOT.format("end_ns / 1000 * 1000")}, {LAST_ROOT.format("failed")},
  {", ".join(COUNTED.get(count) or SUMMED.format(count, MOST) for count in COUNTS)}
FROM (
  SELECT *, rank + CASE WHEN parent_id IS NULL THEN 0 ELSE {MOST} END AS agent_rank
  FROM (
    SELECT *, state = 'done' AS done, status = 'error' AS failed,
      start_ns + coalesce(duration_ns, 0) AS end_ns,
      start_ns / 1000 * 2 + (state = 'running')::int AS rank
    FROM spans) AS timed) AS ranked
GROUP BY run_id
"""  # noqa: S608 - constants of ours
OF_RUNS = """
WITH spans AS (
  SELECT * FROM audit_span WHERE tenant_id = %s AND run_id = ANY(%s)
    AND start_time BETWEEN
      (SELECT min(first_seen) FROM audit_run WHERE tenant_id = %s AND id = ANY(%s))
      AND (SELECT max(last_seen) FROM audit_run WHERE tenant_id = %s AND id = ANY(%s)))
"""
TRACES = """
SELECT run_id, count(*) FILTER (WHERE NOT has_root), max(waiting_at), max(stepped_at),
  max(heartbeat_at)
FROM audit_trace
WHERE tenant_id = %s AND has_spans AND (run_id = ANY(%s) OR trace_id = ANY(%s))
GROUP BY run_id
"""


def summary(spans: str, parameters: Sequence[Any]) -> dict[UUID, RunDelta]:
    """By run, of rows that a table expression `spans` yields."""
    return {row[0]: _delta(row) for row in run(spans + SUMMARY, parameters)}


def summary_of_runs(run_ids: Sequence[UUID]) -> dict[UUID, RunDelta]:
    """Of those that have a step left."""
    tenant_id, ids = current_tenant_id(), columns.uuids(run_ids)
    deltas = summary(OF_RUNS, [tenant_id, ids, tenant_id, ids, tenant_id, ids])
    add_traces(deltas, run_ids=run_ids)
    return deltas


def add_traces(
    deltas: dict[UUID, RunDelta],
    *,
    run_ids: Collection[UUID] = (),
    trace_ids: Collection[bytes] = (),
) -> None:
    """What no span tells: which traces lack a root, wait for a person, or have a heartbeat."""
    parameters = [
        current_tenant_id(),
        columns.uuids(list(run_ids)),
        columns.byteas(list(trace_ids)),
    ]
    for run_id, open_traces, *latest in run(TRACES, parameters):
        if run_id in deltas:
            deltas[run_id].open_traces += open_traces
            for name, moment in zip(LATEST, latest, strict=True):
                deltas[run_id].later(name, moment and instant_ns(moment))


def _delta(row: Sequence[Any]) -> RunDelta:
    _, first, last, minutes, name, name_rank, agent, agent_rank, service, service_rank = row[:10]
    delta = RunDelta(first, last, pulse=set(minutes))
    for word, text, rank in (
        (delta.name, name, name_rank),
        (delta.agent, agent, agent_rank),
        (delta.service, service, service_rank),
    ):
        if rank is not None:
            word.offer(text, rank)
    if row[10] is not None:
        delta.end_root(row[10], row[11])
    for count, number in zip(COUNTS, row[12:], strict=True):
        setattr(delta, count, number)
    return delta

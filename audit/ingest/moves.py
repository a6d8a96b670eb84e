"""Traces that a stronger key takes from one run to another, with what they count for."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from audit.ingest.columns import instant_ns
from audit.ingest.run_delta import RunDelta
from audit.ingest.statements import run, send
from audit.ingest.stitch import Claim
from console.tenancy.scope import current_tenant_id

# The old run's span of time prunes the partitions to look into.
MOVE = """
WITH moved AS (
  UPDATE audit_span SET run_id = %s
  WHERE tenant_id = %s AND trace_id = %s AND run_id = %s
    AND start_time BETWEEN
      (SELECT first_seen FROM audit_run WHERE tenant_id = %s AND id = %s)
      AND (SELECT last_seen FROM audit_run WHERE tenant_id = %s AND id = %s)
  RETURNING *)
SELECT
  min(start_time), max(start_time + coalesce(duration_ns, 0) / 1000 * interval '1 microsecond'),
  count(*),
  count(*) FILTER (WHERE state = 'running'),
  count(*) FILTER (WHERE state = 'done' AND status = 'error'),
  coalesce(sum(input_tokens) FILTER (WHERE state = 'done'), 0)::int8,
  coalesce(sum(output_tokens) FILTER (WHERE state = 'done'), 0)::int8,
  count(*) FILTER (WHERE state = 'done' AND op = 'memory_read'),
  count(*) FILTER (
    WHERE state = 'done' AND op IN ('memory_write', 'memory_update', 'memory_delete')),
  coalesce(min(name) FILTER (WHERE parent_id IS NULL), ''),
  coalesce(min(agent) FILTER (WHERE agent <> ''), ''),
  coalesce(min(service) FILTER (WHERE service <> ''), '')
FROM moved
"""
LAST_ROOT = """
SELECT start_time + duration_ns / 1000 * interval '1 microsecond' AS ended, status = 'error'
FROM audit_span
WHERE tenant_id = %s AND trace_id = %s AND parent_id IS NULL AND state = 'done'
ORDER BY ended DESC LIMIT 1
"""
FORGET_EMPTY = "DELETE FROM audit_run WHERE tenant_id = %s AND id = ANY(%s) AND span_count <= 0"


def move_trace(claim: Claim, deltas: dict[UUID, RunDelta]) -> None:
    """Points the trace's stored spans at its new run, and notes the change for both runs."""
    tenant_id, old = current_tenant_id(), claim.old_run_id
    if old is None:
        raise ValueError("A trace without an old run has nothing to move.")
    pair = [tenant_id, old]
    [row] = run(MOVE, [claim.run_id, tenant_id, claim.trace_id, old, *pair, *pair])
    gains, loses = deltas.setdefault(claim.run_id, RunDelta()), deltas.setdefault(old, RunDelta())
    _count(gains, row, 1)
    _count(loses, row, -1)
    if row[0] is not None:
        gains.see(instant_ns(row[0]), instant_ns(row[1]))
        loses.see(instant_ns(row[0]), instant_ns(row[1]))
    gains.name, gains.agent, gains.service = (
        gains.name or row[9],
        gains.agent or row[10],
        gains.service or row[11],
    )
    for ended, failed in run(LAST_ROOT, [tenant_id, claim.trace_id]):
        gains.root_ended_at, gains.root_failed = instant_ns(ended), failed


def _count(delta: RunDelta, row: tuple[Any, ...], sign: int) -> None:
    delta.span_count += sign * row[2]
    delta.open_spans += sign * row[3]
    delta.error_count += sign * row[4]
    delta.input_tokens += sign * row[5]
    delta.output_tokens += sign * row[6]
    delta.memory_reads += sign * row[7]
    delta.memory_writes += sign * row[8]


def forget_empty_runs(claims: Iterable[Claim]) -> None:
    emptied = [claim.old_run_id for claim in claims if claim.has_moved]
    if emptied:
        send(FORGET_EMPTY, [current_tenant_id(), emptied])

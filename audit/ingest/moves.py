"""Traces that a stronger key or a link takes from one run to another, with what they count for.

The run that gains is added to. The one that loses is counted anew from what is left, once its row
is held: another batch that has added to it has committed by then, or adds to what was counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from audit.ingest import columns
from audit.ingest.columns import instant_ns
from audit.ingest.facets import Facet, drop_facets, facets_of_traces
from audit.ingest.run_delta import RunDelta
from audit.ingest.run_rows import reset_runs
from audit.ingest.run_summary import add_traces, summary, summary_of_runs
from audit.ingest.statements import run, send
from audit.ingest.stitch import Claim
from console.tenancy.scope import current_tenant_id

# The old runs' span of time prunes the partitions to look into.
MOVE = """
WITH spans AS (
  UPDATE audit_span s SET run_id = batch.run_id
  FROM unnest(%s::bytea[], %s::uuid[], %s::uuid[]) AS batch (trace_id, old_run_id, run_id)
  WHERE s.tenant_id = %s AND s.trace_id = batch.trace_id AND s.run_id = batch.old_run_id
    AND s.start_time BETWEEN
      (SELECT min(first_seen) FROM audit_run WHERE tenant_id = %s AND id = ANY(%s))
      AND (SELECT max(last_seen) FROM audit_run WHERE tenant_id = %s AND id = ANY(%s))
  RETURNING s.*)
"""

FORGET = """
DELETE FROM audit_run WHERE tenant_id = %s AND id = ANY(%s) AND told_at IS NULL
"""
TOLD = "SELECT id, told_at FROM audit_run WHERE tenant_id = %s AND id = ANY(%s)"


@dataclass(slots=True)
class Moves:
    """Which runs traces have left, by how much others grow by them, and what is found by them."""

    losers: set[UUID] = field(default_factory=set)
    gains: dict[UUID, RunDelta] = field(default_factory=dict)
    facets: set[Facet] = field(default_factory=set)
    trace_ids: frozenset[bytes] = frozenset()


def move_traces(moved: Sequence[Claim]) -> Moves:
    """Points the stored spans of traces at their new runs.

    `moved` are those of `follow_links`: their rows are held and say the new run already.
    """
    if not moved:
        return Moves()
    losers = {claim.old_run_id for claim in moved if claim.old_run_id is not None}
    tenant_id, old = current_tenant_id(), columns.uuids(sorted(losers))
    with_spans = [claim for claim in moved if claim.old_has_spans]
    trace_ids = [claim.trace_id for claim in with_spans]
    gains = summary(
        MOVE,
        [
            columns.byteas(trace_ids),
            columns.uuids([claim.old_run_id for claim in with_spans]),
            columns.uuids([claim.run_id for claim in with_spans]),
            *(tenant_id, tenant_id, old, tenant_id, old),
        ],
    )
    add_traces(gains, trace_ids=trace_ids)
    return Moves(losers, gains, facets_of_traces(trace_ids, losers), frozenset(trace_ids))


def count_losers_anew(moves: Moves) -> None:
    """Call it when their rows are held. A run that nothing is left of is forgotten."""
    if not moves.losers:
        return
    tenant_id = current_tenant_id()
    counted = summary_of_runs(sorted(moves.losers))
    emptied = columns.uuids(sorted(moves.losers - counted.keys()))
    send(FORGET, [tenant_id, emptied])
    for run_id, told_at in run(TOLD, [tenant_id, emptied]):
        told_ns = instant_ns(told_at)
        counted[run_id] = RunDelta(told_ns, told_ns)
    reset_runs(counted)
    drop_facets(moves.facets, moves.losers)

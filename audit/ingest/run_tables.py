"""What a batch leaves beside its spans: facets, minutes and runs, by one statement each.

In this order, each in one order of its own: of two batches none waits for the other crosswise.
Runs come last: from there to the commit every other batch of the same runs waits.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from audit.ingest.columns import instant_ns
from audit.ingest.facets import facets_of, record_facets
from audit.ingest.minutes import count_minutes
from audit.ingest.moves import Moves, count_losers_anew
from audit.ingest.row import RowKey, SpanRow
from audit.ingest.run_delta import RunDelta
from audit.ingest.run_rows import change_runs
from audit.ingest.stitch import Claim
from audit.ingest.trace_facts import TraceFacts
from console.platform.clock import now


def keep_run_tables(
    rows: Sequence[SpanRow],
    stored: Mapping[RowKey, bool],
    facts: Mapping[bytes, TraceFacts],
    claims: Mapping[bytes, Claim],
    moves: Moves,
) -> None:
    """`stored` tells of each row that is new whether it ended one that was running."""
    new = [row for row in rows if row.key in stored]
    facets = facets_of(new, claims) | moves.facets
    record_facets(facets)
    count_minutes(new)
    left = change_runs(_deltas(rows, stored, facts, claims, moves))
    # A trace left these runs after the facets were looked for: what was there then may be gone.
    record_facets(facet for facet in facets if facet[2] in left)
    count_losers_anew(moves)


def _deltas(
    rows: Sequence[SpanRow],
    stored: Mapping[RowKey, bool],
    facts: Mapping[bytes, TraceFacts],
    claims: Mapping[bytes, Claim],
    moves: Moves,
) -> dict[UUID, RunDelta]:
    deltas = dict(moves.gains)
    for row in rows:
        was_running = stored.get(row.key)
        if was_running is None and not row.is_running:
            continue  # repeated; but one that is sent again while it runs is a sign of life
        run_id = claims[row.span.trace_id].run_id
        delta = deltas.get(run_id)
        if delta is None:
            delta = deltas[run_id] = RunDelta(row.span.start_ns, row.end_ns)
        if was_running is not None:
            delta.add(row, was_running=was_running)
    for trace_id, fact in facts.items():
        claim = claims[trace_id]
        delta = deltas.get(claim.run_id)
        if delta is not None:
            delta.key = delta.key or claim.key
            delta.later("waiting_at", fact.waiting_ns)
            delta.later("stepped_at", fact.stepped_ns)
            delta.later("heartbeat_at", fact.heartbeat_ns)
            if trace_id not in moves.trace_ids:
                delta.open_traces += claim.is_open - claim.was_open
    for run_id in moves.losers - deltas.keys():  # held with the others, in their order
        at_ns = instant_ns(now())
        deltas[run_id] = RunDelta(at_ns, at_ns)
    return deltas

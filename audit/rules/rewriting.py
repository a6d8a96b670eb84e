"""What is read otherwise today is written so, with all that is told and counted of it elsewhere.

Locks are taken in the order of what arrives: traces, spans, facets, minutes, and runs last.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from audit.held import ACCESS_HELD
from audit.ingest import columns
from audit.ingest.facets import facets_of, record_facets
from audit.ingest.links import follow_links
from audit.ingest.minutes import count_minutes, take_back_minutes
from audit.ingest.moves import Moves, count_losers_anew, move_traces
from audit.ingest.run_key import RunKey, key_of_trace
from audit.ingest.run_rows import change_runs
from audit.ingest.statements import run, send
from audit.ingest.stitch import Claim, claim_traces
from audit.ingest.store import claims_of
from audit.ingest.trace_facts import TraceFacts
from audit.models import Span, StitchedBy
from audit.provenance import record_accesses, without_done_by_api
from audit.rules.rereading import Figures, Reread
from console.tenancy.scope import current_tenant_id

# Batches of one trace wait for each other here, as those that arrive do (audit.ingest.stitch).
LOCK_TRACES = """
SELECT FROM audit_trace WHERE tenant_id = %s AND trace_id = ANY(%s::bytea[])
ORDER BY trace_id FOR UPDATE
"""
# Its days prune the partitions. A span that has ended since it was read is not touched: it was
# read anew when it ended.
REWRITE = """
UPDATE audit_span AS kept SET
  mapping_version = %s::int2, op = batch.op, dialect = batch.dialect, agent = batch.agent,
  conversation = batch.conversation, tool = batch.tool, model = batch.model,
  provider = batch.provider, input_tokens = batch.input_tokens,
  output_tokens = batch.output_tokens, cache_read_tokens = batch.cache_read_tokens,
  cache_write_tokens = batch.cache_write_tokens, cost_nanos = batch.cost_nanos,
  cost_source = batch.cost_source, status = batch.status, error_type = batch.error_type,
  memory_store = batch.memory_store, memory_count = batch.memory_count
FROM unnest(
  %s::bytea[], %s::bytea[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[],
  %s::text[], %s::text[], %s::text[], %s::text[], %s::int8[], %s::int8[], %s::int8[], %s::int8[],
  %s::int8[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int4[]) AS batch (
  trace_id, span_id, start_time, state, op, dialect, agent, conversation, tool, model, provider,
  input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_nanos, cost_source,
  status, error_type, memory_store, memory_count)
WHERE kept.tenant_id = %s AND kept.start_time BETWEEN %s AND %s
  AND kept.trace_id = batch.trace_id AND kept.span_id = batch.span_id
  AND kept.start_time = batch.start_time AND kept.state = batch.state
RETURNING kept.trace_id, kept.span_id, kept.start_time
"""
NUMBERS = {"input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cost_nanos"}


# By which conversation a trace goes: that of its earliest step that names one.
CONVERSATIONS = """
SELECT DISTINCT ON (trace_id) trace_id, conversation, start_ns / 1000 FROM audit_span
WHERE tenant_id = %s AND trace_id = ANY(%s::bytea[]) AND conversation <> ''
  AND start_time BETWEEN
    (SELECT min(first_seen) FROM audit_run WHERE tenant_id = %s AND id = ANY(%s::uuid[]))
    AND (SELECT max(last_seen) FROM audit_run WHERE tenant_id = %s AND id = ANY(%s::uuid[]))
ORDER BY trace_id, start_ns, conversation
"""
# So that the conversation read today goes before the one of before.
LET_GO = """
UPDATE audit_trace SET stitched_by = 1
WHERE tenant_id = %s AND trace_id = ANY(%s::bytea[]) AND stitched_by = 2
"""
# But for what a legal hold keeps: that stays as it was read then.
FORGET_CLAIMS = f"""
DELETE FROM audit_memoryaccess WHERE tenant_id = %s AND source = 'span'
  AND (trace_id, span_id) IN (SELECT * FROM unnest(%s::bytea[], %s::bytea[]))
  AND NOT {ACCESS_HELD.replace("%(tenant)s", "%s::uuid")}
"""  # noqa: S608 - constants of ours
KEPT_CLAIMS = """
SELECT trace_id, span_id, memory_id FROM audit_memoryaccess WHERE tenant_id = %s
  AND source = 'span' AND (trace_id, span_id) IN (SELECT * FROM unnest(%s::bytea[], %s::bytea[]))
"""

LOCK_RUNS = """
SELECT FROM audit_run WHERE tenant_id = %s AND id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE
"""


def rewrite(changed: Sequence[Reread], *, mapping_version: int) -> int:
    """In the transaction at hand; of how many spans. One that has just ended is left alone."""
    if not changed:
        return 0
    tenant_id = current_tenant_id()
    run(LOCK_TRACES, [tenant_id, columns.byteas(_trace_ids(changed))])
    written = _rewrite_spans(tenant_id, changed, mapping_version)
    if written:
        claims = _claims(tenant_id, written)
        moves = move_traces(follow_links(claims))
        _rewrite_accesses(tenant_id, written)
        _count_anew(tenant_id, written, claims, moves)
    return len(written)


def _claims(tenant_id: UUID, written: Sequence[Reread]) -> dict[bytes, Claim]:
    """By what the traces go today. No weaker key takes a trace out of its run again."""
    facts: dict[bytes, TraceFacts] = {}
    for one in written:
        trace_id = one.after.span.trace_id
        facts.setdefault(trace_id, TraceFacts(key_of_trace(trace_id))).offer_key(one.after)
    otherwise = [one for one in written if one.figures.conversation != one.stored.conversation]
    if otherwise:
        trace_ids = columns.byteas(_trace_ids(otherwise))
        run_ids = columns.uuids(sorted({one.stored.run_id for one in otherwise}))
        parameters = [tenant_id, trace_ids, *(tenant_id, run_ids) * 2]
        found = run(CONVERSATIONS, parameters)
        for trace_id, conversation, start_us in found:
            key = RunKey(StitchedBy.CONVERSATION, conversation)
            facts[trace_id] = TraceFacts(key, keyed_us=start_us)
        send(LET_GO, [tenant_id, columns.byteas([trace_id for trace_id, _, _ in found])])
    return claim_traces(facts, {})


def _rewrite_accesses(tenant_id: UUID, written: Sequence[Reread]) -> None:
    """What spans claim to have touched. Without its content a span claims what it claimed."""
    rows = [
        one.after
        for one in written
        if one.has_content and (one.before.meaning.op.is_memory or one.after.meaning.op.is_memory)
    ]
    if rows:
        traces = columns.byteas([row.span.trace_id for row in rows])
        spans = columns.byteas([row.span.span_id for row in rows])
        tenants = [tenant_id] * ACCESS_HELD.count("%(tenant)s")
        send(FORGET_CLAIMS, [tenant_id, traces, spans, *tenants])
        kept = set(run(KEPT_CLAIMS, [tenant_id, traces, spans]))
        claims = [access for row in rows for access in claims_of(row)]
        new = [c for c in claims if (c.trace_id, c.span_id, c.memory_id) not in kept]
        record_accesses(without_done_by_api(new))


def _count_anew(
    tenant_id: UUID, written: Sequence[Reread], claims: Mapping[bytes, Claim], moves: Moves
) -> None:
    before, after = [one.before for one in written], [one.after for one in written]
    # Of those of before, what no step has any more is dropped with the runs' other losses.
    moves.facets |= facets_of(before, claims) | facets_of(after, claims)
    record_facets(moves.facets)
    take_back_minutes(before)
    count_minutes(after)
    moves.losers |= {claims[row.span.trace_id].run_id for row in after}
    held = sorted(moves.losers | moves.gains.keys())
    run(LOCK_RUNS, [tenant_id, columns.uuids(held)])
    for claim in claims.values():
        if claim.run_id in moves.gains:
            gain = moves.gains[claim.run_id]
            gain.key = gain.key or claim.key
    change_runs(moves.gains)
    count_losers_anew(moves)


def _rewrite_spans(
    tenant_id: UUID, changed: Sequence[Reread], mapping_version: int
) -> list[Reread]:
    spans = [one.stored for one in changed]
    times = [span.start_time for span in spans]
    found = run(
        REWRITE,
        [
            mapping_version,
            columns.byteas([bytes(span.trace_id) for span in spans]),
            columns.byteas([bytes(span.span_id) for span in spans]),
            columns.instants([span.start_ns for span in spans]),
            columns.texts([span.state for span in spans]),
            *(_column(name, [one.figures for one in changed]) for name in Figures._fields),
            tenant_id,
            min(times),
            max(times),
        ],
    )
    written = {tuple(row) for row in found}
    return [one for one in changed if _key(one.stored) in written]


def _column(name: str, figures: Sequence[Figures]) -> columns.Column:
    values = [getattr(one, name) for one in figures]
    if name in NUMBERS:
        return columns.bigints(values)
    return columns.integers(values) if name == "memory_count" else columns.texts(values)


def _trace_ids(spans: Sequence[Reread]) -> list[bytes]:
    return sorted({one.after.span.trace_id for one in spans})


def _key(span: Span) -> tuple[bytes, bytes, datetime]:
    return (bytes(span.trace_id), bytes(span.span_id), span.start_time)

"""A batch of spans into its tables: a handful of set-wise statements in one transaction.

Idempotent on (tenant, trace, span): senders repeat what was not acknowledged, and a repeated span
changes nothing. A span that was stored running is replaced by its end, once.
"""

from collections.abc import Sequence
from uuid import UUID

from audit.dialects.dialect import Op
from audit.ingest import columns
from audit.ingest.content import BatchContents, Place
from audit.ingest.erased import without_words_of_erased
from audit.ingest.links import follow_links
from audit.ingest.moves import move_traces
from audit.ingest.record import SpanRecord
from audit.ingest.row import MAX_NAME, RowKey, SpanRow, rows_of
from audit.ingest.run_tables import keep_run_tables
from audit.ingest.statements import run
from audit.ingest.stitch import Claim, claim_traces
from audit.ingest.trace_facts import facts_of
from audit.ingest.trace_keys import sealing_keys
from audit.models import AccessKind, AccessSource
from audit.provenance import Access, record_accesses, without_done_by_api
from audit.rules.trace_rules import TraceRules, rules_of_tenant
from console.keys.subjects import subjects_named
from console.platform.clock import now
from console.tenancy.rows import one_round_trip
from console.tenancy.scope import current_tenant_id

INSERT_SPANS = """
INSERT INTO audit_span AS kept (
  tenant_id, received_at, mapping_version, trace_id, span_id, start_time, start_ns, duration_ns,
  input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_nanos, run_id,
  block_id, memory_count, block_index, kind, parent_id, name, op, state, status, error_type,
  service, agent, conversation, tool, model, provider, memory_store, cost_source, dialect)
SELECT %s::uuid, %s::timestamptz, %s::int2, batch.* FROM unnest(
  %s::bytea[], %s::bytea[], %s::timestamptz[], %s::int8[], %s::int8[], %s::int8[], %s::int8[],
  %s::int8[], %s::int8[], %s::int8[], %s::uuid[], %s::uuid[], %s::int4[], %s::int2[],
  %s::int2[], %s::bytea[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
  %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
  %s::text[], %s::text[]) AS batch
ON CONFLICT (tenant_id, trace_id, span_id, start_time) DO UPDATE SET
  received_at = excluded.received_at, mapping_version = excluded.mapping_version,
  start_ns = excluded.start_ns, duration_ns = excluded.duration_ns,
  input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
  cache_read_tokens = excluded.cache_read_tokens,
  cache_write_tokens = excluded.cache_write_tokens, cost_nanos = excluded.cost_nanos,
  run_id = excluded.run_id, block_id = excluded.block_id, memory_count = excluded.memory_count,
  block_index = excluded.block_index, kind = excluded.kind, parent_id = excluded.parent_id,
  name = excluded.name, op = excluded.op, state = excluded.state, status = excluded.status,
  error_type = excluded.error_type, service = excluded.service, agent = excluded.agent,
  conversation = excluded.conversation, tool = excluded.tool, model = excluded.model,
  provider = excluded.provider, memory_store = excluded.memory_store,
  cost_source = excluded.cost_source, dialect = excluded.dialect
WHERE kept.state = 'running' AND excluded.state = 'done'
RETURNING new.trace_id, new.span_id, new.start_ns / 1000, old.state IS NOT NULL
"""

MAX_SUBJECT = 200  # of `Subject.external_id`
ACCESS_OF = {
    Op.MEMORY_READ: AccessKind.READ,
    Op.MEMORY_WRITE: AccessKind.WRITE,
    Op.MEMORY_UPDATE: AccessKind.UPDATE,
    Op.MEMORY_DELETE: AccessKind.DELETE,
}


def store_spans(spans: Sequence[SpanRecord]) -> int:
    """Stores what is new of a batch in the tenant at hand; how many spans that was."""
    rules = rules_of_tenant()
    rows = rows_of(spans, rules)
    if not rows:
        return 0
    facts = facts_of(rows)
    claims = claim_traces(facts, _subjects_of(rows))
    about = [claims[row.span.trace_id].subject_id for row in rows]
    keys = sealing_keys(set(about))
    rows = without_words_of_erased(rows, claims, keys)
    moves = move_traces(follow_links(claims))
    contents = BatchContents(zip((row.span for row in rows), about, strict=True), keys)
    stored = _insert_spans(rows, claims, contents.places, rules)
    new = [row for row in rows if row.key in stored]
    accesses = without_done_by_api([access for row in new for access in claims_of(row)])
    with one_round_trip():
        contents.insert(row.key in stored for row in rows)
        record_accesses(accesses)
        keep_run_tables(rows, stored, facts, claims, moves)
    return len(new)


def _subjects_of(rows: Sequence[SpanRow]) -> dict[bytes, UUID]:
    """Whom the spans of a batch name, by trace: of several the one named last."""
    named = {
        row.span.trace_id: row.meaning.subject
        for row in rows
        if row.meaning.subject and len(row.meaning.subject) <= MAX_SUBJECT
    }
    known = subjects_named(set(named.values()))
    return {trace_id: known[name].id for trace_id, name in named.items()}


def _insert_spans(
    rows: Sequence[SpanRow],
    claims: dict[bytes, Claim],
    places: Sequence[Place],
    rules: TraceRules,
) -> dict[RowKey, bool]:
    """Per stored row whether it ended one that was running. A repeated span is not in it."""
    spans = [row.span for row in rows]
    meanings = [row.meaning for row in rows]
    found = run(
        INSERT_SPANS,
        [
            current_tenant_id(),
            now(),
            rules.mapping_version,
            columns.byteas([s.trace_id for s in spans]),
            columns.byteas([s.span_id for s in spans]),
            columns.instants([s.start_ns for s in spans]),
            columns.bigints([s.start_ns for s in spans]),
            columns.bigints([row.duration_ns for row in rows]),
            columns.bigints([m.input_tokens for m in meanings]),
            columns.bigints([m.output_tokens for m in meanings]),
            columns.bigints([m.cache_read_tokens for m in meanings]),
            columns.bigints([m.cache_write_tokens for m in meanings]),
            columns.bigints([row.cost_nanos for row in rows]),
            columns.uuids([claims[s.trace_id].run_id for s in spans]),
            columns.uuids([place.block_id for place in places]),
            columns.integers([m.memory.count if m.memory else None for m in meanings]),
            columns.smallints([place.at for place in places]),
            columns.smallints([s.kind for s in spans]),
            columns.byteas([s.parent_id for s in spans]),
            columns.texts([s.name[:MAX_NAME] for s in spans]),
            columns.texts([m.op for m in meanings]),
            columns.texts([row.state for row in rows]),
            columns.texts([row.status for row in rows]),
            columns.texts([m.error_type or "" for m in meanings]),
            columns.texts([row.service for row in rows]),
            columns.texts([m.agent or "" for m in meanings]),
            columns.texts([m.conversation or "" for m in meanings]),
            columns.texts([m.tool or "" for m in meanings]),
            columns.texts([m.model or "" for m in meanings]),
            columns.texts([m.provider or "" for m in meanings]),
            columns.texts([(m.memory.store or "") if m.memory else "" for m in meanings]),
            columns.texts([row.cost_source or "" for row in rows]),
            columns.texts([m.dialect for m in meanings]),
        ],
    )
    return {(trace_id, span_id, start): ended for trace_id, span_id, start, ended in found}


def claims_of(row: SpanRow) -> list[Access]:
    meaning, access = row.meaning, ACCESS_OF.get(row.meaning.op)
    if meaning.memory is None or access is None or row.is_running:
        return []
    return [
        Access(
            memory_id=record.id,
            access=access,
            source=AccessSource.SPAN,
            rank=record.rank if access is AccessKind.READ else None,
            score=record.score,
            store=meaning.memory.store or "",
            trace_id=row.span.trace_id,
            span_id=row.span.span_id,
            agent=meaning.agent or "",
            at_ns=row.end_ns,
        )
        for record in meaning.memory.records
    ]

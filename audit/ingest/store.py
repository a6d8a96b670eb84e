"""A batch of spans into its tables: a handful of set-wise statements in one transaction.

Idempotent on (tenant, trace, span): senders repeat what was not acknowledged, and a repeated span
changes nothing. A span that was stored running is replaced by its end, once.
"""

from collections.abc import Sequence
from uuid import UUID

from audit.dialects.dialect import Op
from audit.dialects.normalise import MAPPING_VERSION
from audit.ingest import columns
from audit.ingest.content import pack_content
from audit.ingest.moves import forget_empty_runs, move_trace
from audit.ingest.record import SpanRecord
from audit.ingest.row import MAX_NAME, SpanRow, rows_of
from audit.ingest.run_delta import RunDelta, apply_deltas
from audit.ingest.statements import run
from audit.ingest.stitch import Claim, RunKey, claim_traces, run_keys_of
from audit.models import AccessKind, AccessSource
from audit.provenance import Access, record_claims
from console.platform.clock import now
from console.tenancy.scope import current_tenant_id

INSERT_SPANS = """
INSERT INTO audit_span AS kept (
  tenant_id, received_at, trace_id, span_id, start_time, start_ns, duration_ns, input_tokens,
  output_tokens, run_id, memory_count, kind, mapping_version, parent_id, name, op, state, status,
  error_type, service, agent, conversation, tool, model, memory_store, dialect)
SELECT %s::uuid, %s::timestamptz, batch.* FROM unnest(
  %s::bytea[], %s::bytea[], %s::timestamptz[], %s::int8[], %s::int8[], %s::int8[],
  %s::int8[], %s::uuid[], %s::int4[], %s::int2[], %s::int2[], %s::bytea[], %s::text[], %s::text[],
  %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
  %s::text[], %s::text[]) AS batch
ON CONFLICT (tenant_id, trace_id, span_id, start_time) DO UPDATE SET
  received_at = excluded.received_at, start_ns = excluded.start_ns,
  duration_ns = excluded.duration_ns, input_tokens = excluded.input_tokens,
  output_tokens = excluded.output_tokens, run_id = excluded.run_id,
  memory_count = excluded.memory_count, kind = excluded.kind,
  mapping_version = excluded.mapping_version, parent_id = excluded.parent_id,
  name = excluded.name, op = excluded.op, state = excluded.state, status = excluded.status,
  error_type = excluded.error_type, service = excluded.service, agent = excluded.agent,
  conversation = excluded.conversation, tool = excluded.tool, model = excluded.model,
  memory_store = excluded.memory_store, dialect = excluded.dialect
WHERE kept.state = 'running' AND excluded.state = 'done'
RETURNING new.trace_id, new.span_id, new.start_ns / 1000, old.state IS NOT NULL
"""
INSERT_CONTENT = """
INSERT INTO audit_spancontent (tenant_id, trace_id, span_id, start_time, body)
SELECT %s::uuid, batch.*
FROM unnest(%s::bytea[], %s::bytea[], %s::timestamptz[], %s::bytea[]) AS batch
ON CONFLICT (tenant_id, trace_id, span_id, start_time) DO UPDATE SET body = excluded.body
"""

ACCESS_OF = {
    Op.MEMORY_READ: AccessKind.READ,
    Op.MEMORY_WRITE: AccessKind.WRITE,
    Op.MEMORY_UPDATE: AccessKind.UPDATE,
    Op.MEMORY_DELETE: AccessKind.DELETE,
}


def store_spans(spans: Sequence[SpanRecord]) -> int:
    """Stores what is new of a batch in the tenant at hand; how many spans that was."""
    rows = rows_of(spans)
    if not rows:
        return 0
    keys = run_keys_of(rows)
    claims = claim_traces(rows, keys)
    deltas: dict[UUID, RunDelta] = {}
    for claim in claims.values():
        if claim.has_moved:
            move_trace(claim, deltas)
    stored = _insert_spans(rows, claims)
    new = [row for row in rows if row.key in stored]
    for row in sorted(new, key=lambda row: row.span.start_ns):  # the first root names the run
        delta = deltas.setdefault(claims[row.span.trace_id].run_id, RunDelta())
        delta.add(row, was_running=stored[row.key])
    _count_open_traces(claims, deltas)
    _describe(deltas, keys, claims)
    _insert_content(new)
    record_claims([access for row in new for access in _claims_of(row)])
    # Last: from here to the commit every other batch of the same runs waits.
    apply_deltas({run_id: delta for run_id, delta in deltas.items() if delta.first_seen})
    forget_empty_runs(claims.values())
    return len(new)


def _insert_spans(
    rows: Sequence[SpanRow], claims: dict[bytes, Claim]
) -> dict[tuple[bytes, bytes, int], bool]:
    """Per stored row whether it ended one that was running. A repeated span is not in it."""
    spans = [row.span for row in rows]
    meanings = [row.meaning for row in rows]
    found = run(
        INSERT_SPANS,
        [
            current_tenant_id(),
            now(),
            columns.byteas([s.trace_id for s in spans]),
            columns.byteas([s.span_id for s in spans]),
            columns.instants([s.start_ns for s in spans]),
            columns.bigints([s.start_ns for s in spans]),
            columns.bigints([row.duration_ns for row in rows]),
            columns.bigints([m.input_tokens for m in meanings]),
            columns.bigints([m.output_tokens for m in meanings]),
            columns.uuids([claims[s.trace_id].run_id for s in spans]),
            columns.integers([m.memory.count if m.memory else None for m in meanings]),
            columns.smallints([s.kind for s in spans]),
            columns.smallints([MAPPING_VERSION] * len(rows)),
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
            columns.texts([(m.memory.store or "") if m.memory else "" for m in meanings]),
            columns.texts([m.dialect for m in meanings]),
        ],
    )
    return {(trace_id, span_id, start): ended for trace_id, span_id, start, ended in found}


def _insert_content(rows: Sequence[SpanRow]) -> None:
    if not rows:
        return
    run(
        INSERT_CONTENT,
        [
            current_tenant_id(),
            columns.byteas([row.span.trace_id for row in rows]),
            columns.byteas([row.span.span_id for row in rows]),
            columns.instants([row.span.start_ns for row in rows]),
            columns.byteas([pack_content(row.span) for row in rows]),
        ],
    )


def _count_open_traces(claims: dict[bytes, Claim], deltas: dict[UUID, RunDelta]) -> None:
    """A trace whose root has not arrived keeps its run open."""
    for claim in claims.values():
        if claim.old_run_id is not None and not claim.old_has_root:
            deltas.setdefault(claim.old_run_id, RunDelta()).open_traces -= 1
        if not claim.has_root:
            deltas.setdefault(claim.run_id, RunDelta()).open_traces += 1


def _describe(
    deltas: dict[UUID, RunDelta], keys: dict[bytes, RunKey], claims: dict[bytes, Claim]
) -> None:
    tenant_id = current_tenant_id()
    for trace_id, key in keys.items():
        run_id = claims[trace_id].run_id
        if run_id in deltas and key.run_id(tenant_id) == run_id:
            deltas[run_id].describe(key)


def _claims_of(row: SpanRow) -> list[Access]:
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

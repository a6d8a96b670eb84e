"""What is read otherwise today is written so, with all that is counted of it."""

from collections.abc import Sequence
from uuid import UUID

from audit.ingest import columns
from audit.ingest.statements import run
from audit.models import Span
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


def rewrite(changed: Sequence[Reread], *, mapping_version: int) -> list[Reread]:
    """In the transaction at hand; those that were still as they had been read."""
    if not changed:
        return []
    tenant_id = current_tenant_id()
    run(
        LOCK_TRACES, [tenant_id, columns.byteas(sorted({_trace_id(one.stored) for one in changed}))]
    )
    written = _rewrite_spans(tenant_id, changed, mapping_version)
    return [one for one in changed if _key(one.stored) in written]


def _rewrite_spans(
    tenant_id: UUID, changed: Sequence[Reread], mapping_version: int
) -> set[tuple[bytes, bytes, object]]:
    spans = [one.stored for one in changed]
    times = [span.start_time for span in spans]
    found = run(
        REWRITE,
        [
            mapping_version,
            columns.byteas([_trace_id(span) for span in spans]),
            columns.byteas([bytes(span.span_id) for span in spans]),
            columns.instants([span.start_ns for span in spans]),
            columns.texts([span.state for span in spans]),
            *(_column(name, [one.figures for one in changed]) for name in Figures._fields),
            tenant_id,
            min(times),
            max(times),
        ],
    )
    return {tuple(row) for row in found}


def _column(name: str, figures: Sequence[Figures]) -> columns.Column:
    values = [getattr(one, name) for one in figures]
    if name in NUMBERS:
        return columns.bigints(values)
    return columns.integers(values) if name == "memory_count" else columns.texts(values)


def _trace_id(span: Span) -> bytes:
    return bytes(span.trace_id)


def _key(span: Span) -> tuple[bytes, bytes, object]:
    return (bytes(span.trace_id), bytes(span.span_id), span.start_time)

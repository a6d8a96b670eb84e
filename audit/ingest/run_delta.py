"""What a batch changes in the summary of a run: signed counts, and what was seen first and last."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from audit.dialects.dialect import Op
from audit.ingest import columns
from audit.ingest.record import SpanRecord
from audit.ingest.row import SpanRow
from audit.ingest.statements import send
from audit.ingest.stitch import RunKey
from audit.models import StitchedBy
from console.tenancy.scope import current_tenant_id

WRITES = frozenset({Op.MEMORY_WRITE, Op.MEMORY_UPDATE, Op.MEMORY_DELETE})

# NULL is "nothing to say": least, greatest and coalesce pass it over. The agent of a run is its
# root's; until the root arrives, any that a step names.
APPLY = """
INSERT INTO audit_run AS kept (
  tenant_id, id, key, stitched_by, name, agent, service, first_seen, last_seen,
  span_count, error_count, input_tokens, output_tokens, memory_reads, memory_writes,
  open_spans, open_traces, root_ended_at, root_failed)
SELECT %s::uuid, batch.* FROM unnest(
  %s::uuid[], %s::text[], %s::int2[], %s::text[], %s::text[], %s::text[],
  %s::timestamptz[], %s::timestamptz[], %s::int8[], %s::int8[], %s::int8[], %s::int8[],
  %s::int8[], %s::int8[], %s::int8[], %s::int8[], %s::timestamptz[], %s::bool[]) AS batch
ON CONFLICT (tenant_id, id) DO UPDATE SET
  name = CASE WHEN kept.name = '' THEN excluded.name ELSE kept.name END,
  agent = CASE
    WHEN excluded.agent = '' THEN kept.agent
    WHEN kept.agent = '' OR (kept.name = '' AND excluded.name <> '') THEN excluded.agent
    ELSE kept.agent END,
  service = CASE WHEN kept.service = '' THEN excluded.service ELSE kept.service END,
  first_seen = least(kept.first_seen, excluded.first_seen),
  last_seen = greatest(kept.last_seen, excluded.last_seen),
  span_count = kept.span_count + excluded.span_count,
  error_count = kept.error_count + excluded.error_count,
  input_tokens = kept.input_tokens + excluded.input_tokens,
  output_tokens = kept.output_tokens + excluded.output_tokens,
  memory_reads = kept.memory_reads + excluded.memory_reads,
  memory_writes = kept.memory_writes + excluded.memory_writes,
  open_spans = kept.open_spans + excluded.open_spans,
  open_traces = kept.open_traces + excluded.open_traces,
  root_ended_at = greatest(kept.root_ended_at, excluded.root_ended_at),
  root_failed = CASE
    WHEN excluded.root_ended_at >= coalesce(kept.root_ended_at, '-infinity')
    THEN excluded.root_failed ELSE kept.root_failed END
"""


@dataclass(slots=True)
class RunDelta:
    """Times are Unix nanoseconds. Counts may be negative where a trace leaves a run."""

    key: str = ""
    stitched_by: StitchedBy = StitchedBy.TRACE
    name: str = ""
    agent: str = ""
    service: str = ""
    first_seen: int | None = None
    last_seen: int | None = None
    span_count: int = 0
    error_count: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    memory_reads: int = 0
    memory_writes: int = 0
    open_spans: int = 0
    open_traces: int = 0
    root_ended_at: int | None = None
    root_failed: bool = False

    def describe(self, key: RunKey) -> None:
        self.key, self.stitched_by = key.key, key.stitched_by

    def see(self, start_ns: int, end_ns: int) -> None:
        self.first_seen = min(self.first_seen or start_ns, start_ns)
        self.last_seen = max(self.last_seen or end_ns, end_ns)

    def add(self, row: SpanRow, *, was_running: bool) -> None:
        """A new span, or the end of one that was counted when it started."""
        span, meaning = row.span, row.meaning
        self.see(span.start_ns, row.end_ns)
        self.agent = self.agent or meaning.agent or ""
        self.service = self.service or row.service
        self.span_count += not was_running
        self.open_spans += row.is_running - was_running
        if span.parent_id is None:
            self._add_root(row, span)
        if row.is_running:
            return
        self.error_count += meaning.is_error
        self.input_tokens += meaning.input_tokens or 0
        self.output_tokens += meaning.output_tokens or 0
        self.memory_reads += meaning.op is Op.MEMORY_READ
        self.memory_writes += meaning.op in WRITES

    def _add_root(self, row: SpanRow, span: SpanRecord) -> None:
        self.agent = self.agent if self.name else row.meaning.agent or self.agent
        self.name = self.name or span.name[:512]
        if not row.is_running and row.end_ns >= (self.root_ended_at or 0):
            self.root_ended_at, self.root_failed = row.end_ns, row.meaning.is_error


def apply_deltas(deltas: Mapping[UUID, RunDelta]) -> None:
    """Adds to the runs at hand, making those that are new, in one order for every writer."""
    if not deltas:
        return
    ids = sorted(deltas)
    ordered = [deltas[run_id] for run_id in ids]
    send(
        APPLY,
        [
            current_tenant_id(),
            columns.uuids(ids),
            columns.texts([d.key for d in ordered]),
            columns.smallints([d.stitched_by for d in ordered]),
            columns.texts([d.name for d in ordered]),
            columns.texts([d.agent for d in ordered]),
            columns.texts([d.service for d in ordered]),
            columns.instants([d.first_seen for d in ordered]),
            columns.instants([d.last_seen for d in ordered]),
            columns.bigints([d.span_count for d in ordered]),
            columns.bigints([d.error_count for d in ordered]),
            columns.bigints([d.input_tokens for d in ordered]),
            columns.bigints([d.output_tokens for d in ordered]),
            columns.bigints([d.memory_reads for d in ordered]),
            columns.bigints([d.memory_writes for d in ordered]),
            columns.bigints([d.open_spans for d in ordered]),
            columns.bigints([d.open_traces for d in ordered]),
            columns.instants([d.root_ended_at for d in ordered]),
            columns.booleans([d.root_failed for d in ordered]),
        ],
    )

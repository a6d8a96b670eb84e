"""Which run each trace of a batch belongs to.

A trace goes by its conversation, else its session, else itself. Exporters send children before
the root that names the conversation, so a trace's first batches may lie in a run of its own; the
batch that brings a stronger key moves the whole trace.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from audit.ingest import columns
from audit.ingest.row import SpanRow
from audit.ingest.statements import run
from audit.models import StitchedBy
from console.tenancy.scope import current_tenant_id

# The row of the trace is locked from here to the commit: batches of one trace go one by one.
CLAIM = """
INSERT INTO audit_trace AS kept (tenant_id, trace_id, run_id, stitched_by, has_root, subject_id)
SELECT %s::uuid, batch.*
FROM unnest(%s::bytea[], %s::uuid[], %s::int2[], %s::bool[], %s::uuid[])
     AS batch (trace_id, run_id, stitched_by, has_root, subject_id)
ON CONFLICT (tenant_id, trace_id) DO UPDATE SET
  run_id = CASE WHEN excluded.stitched_by > kept.stitched_by
           THEN excluded.run_id ELSE kept.run_id END,
  stitched_by = greatest(kept.stitched_by, excluded.stitched_by),
  has_root = kept.has_root OR excluded.has_root,
  subject_id = coalesce(kept.subject_id, excluded.subject_id)
RETURNING new.trace_id, new.run_id, new.has_root, new.subject_id, old.run_id, old.has_root
"""


@dataclass(frozen=True, slots=True)
class RunKey:
    stitched_by: StitchedBy
    key: str

    def run_id(self, tenant_id: UUID) -> UUID:
        """A UUID of version 8 (RFC 9562 §5.8): the first half of a SHA-256 over tenant and key."""
        text = f"{tenant_id}\n{self.stitched_by.name}\n{self.key}"
        raw = bytearray(sha256(text.encode()).digest()[:16])
        raw[6] = raw[6] & 0x0F | 0x80
        raw[8] = raw[8] & 0x3F | 0x80
        return UUID(bytes=bytes(raw))


@dataclass(frozen=True, slots=True)
class Claim:
    """A trace's run now and before (`None` before its first batch), and whom it is about."""

    trace_id: bytes
    run_id: UUID
    has_root: bool
    subject_id: UUID | None
    old_run_id: UUID | None
    old_has_root: bool | None

    @property
    def has_moved(self) -> bool:
        return self.old_run_id is not None and self.old_run_id != self.run_id


def run_keys_of(rows: Iterable[SpanRow]) -> dict[bytes, RunKey]:
    """Per trace the strongest key its spans name; of equals, that of the earliest span."""
    best: dict[bytes, tuple[int, int, RunKey]] = {}
    for row in rows:
        key = _key_of(row)
        candidate = (-key.stitched_by, row.span.start_ns, key)
        if row.span.trace_id not in best or candidate[:2] < best[row.span.trace_id][:2]:
            best[row.span.trace_id] = candidate
    return {trace_id: key for trace_id, (_, _, key) in best.items()}


def _key_of(row: SpanRow) -> RunKey:
    if row.meaning.conversation:
        return RunKey(StitchedBy.CONVERSATION, row.meaning.conversation)
    if row.meaning.session:
        return RunKey(StitchedBy.SESSION, row.meaning.session)
    return RunKey(StitchedBy.TRACE, row.span.trace_id.hex())


def claim_traces(
    rows: Iterable[SpanRow], keys: dict[bytes, RunKey], subjects: dict[bytes, UUID]
) -> dict[bytes, Claim]:
    """`subjects` are those that this batch names, by trace; the first one named stays."""
    tenant_id = current_tenant_id()
    trace_ids = sorted(keys)
    rooted = {row.span.trace_id for row in rows if row.span.parent_id is None}
    found = run(
        CLAIM,
        [
            tenant_id,
            columns.byteas(trace_ids),
            columns.uuids([keys[trace_id].run_id(tenant_id) for trace_id in trace_ids]),
            columns.smallints([keys[trace_id].stitched_by for trace_id in trace_ids]),
            columns.booleans([trace_id in rooted for trace_id in trace_ids]),
            columns.uuids([subjects.get(trace_id) for trace_id in trace_ids]),
        ],
    )
    return {claim.trace_id: claim for claim in (Claim(*row) for row in found)}

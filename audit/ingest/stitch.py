"""Which run each trace of a batch belongs to.

A trace goes by its conversation, else its session, else where the trace goes that its root links
to, else by itself. Exporters send children before the root that names the conversation, so a
trace's first batches may lie in a run of its own; the batch that brings a stronger key moves the
whole trace.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from audit.ingest import columns
from audit.ingest.run_key import RunKey, key_of_trace
from audit.ingest.statements import run
from audit.ingest.trace_facts import TraceFacts
from audit.models import StitchedBy
from console.tenancy.scope import current_tenant_id

# The row of the trace is locked from here to the commit: batches of one trace go one by one, and
# so do a trace and those that link to it.
CLAIM = """
INSERT INTO audit_trace AS kept (
  tenant_id, trace_id, run_id, stitched_by, keyed_us, link, has_root, has_spans, subject_id,
  waiting_at, stepped_at, heartbeat_at)
SELECT %s::uuid, batch.* FROM unnest(
  %s::bytea[], %s::uuid[], %s::int2[], %s::int8[], %s::bytea[], %s::bool[], %s::bool[],
  %s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[]) AS batch
ON CONFLICT (tenant_id, trace_id) DO UPDATE SET
  run_id = CASE
    WHEN (excluded.stitched_by, kept.keyed_us, kept.run_id)
       > (kept.stitched_by, excluded.keyed_us, excluded.run_id)
    THEN excluded.run_id ELSE kept.run_id END,
  keyed_us = CASE
    WHEN excluded.stitched_by > kept.stitched_by THEN excluded.keyed_us
    WHEN excluded.stitched_by = kept.stitched_by THEN least(kept.keyed_us, excluded.keyed_us)
    ELSE kept.keyed_us END,
  stitched_by = greatest(kept.stitched_by, excluded.stitched_by),
  link = least(kept.link, excluded.link),
  has_root = kept.has_root OR excluded.has_root,
  has_spans = kept.has_spans OR excluded.has_spans,
  subject_id = coalesce(kept.subject_id, excluded.subject_id),
  waiting_at = greatest(kept.waiting_at, excluded.waiting_at),
  stepped_at = greatest(kept.stepped_at, excluded.stepped_at),
  heartbeat_at = greatest(kept.heartbeat_at, excluded.heartbeat_at)
RETURNING new.trace_id, new.run_id, new.stitched_by, new.link, new.has_root, new.has_spans,
  new.subject_id, old.run_id, old.link, old.has_root, old.has_spans
"""


@dataclass(slots=True)
class Claim:
    """A trace's run now and before (`None` before its first batch), and whom it is about.

    One without spans is only linked to.
    """

    trace_id: bytes
    run_id: UUID
    stitched_by: StitchedBy
    link: bytes | None
    has_root: bool
    has_spans: bool
    subject_id: UUID | None
    old_run_id: UUID | None = None
    old_link: bytes | None = None
    old_has_root: bool | None = None
    old_has_spans: bool | None = None
    key: RunKey | None = None  # by what its run goes; None where an earlier batch has told it

    @property
    def has_moved(self) -> bool:
        return self.old_run_id is not None and self.old_run_id != self.run_id

    @property
    def goes_by_new_link(self) -> bool:
        return self.stitched_by == StitchedBy.TRACE and self.link != self.old_link

    @property
    def is_open(self) -> bool:
        """Its root has not arrived."""
        return self.has_spans and not self.has_root

    @property
    def was_open(self) -> bool:
        return bool(self.old_has_spans) and not self.old_has_root


def claim_traces(
    facts: Mapping[bytes, TraceFacts], subjects: Mapping[bytes, UUID]
) -> dict[bytes, Claim]:
    """The traces of a batch, and those they link to, in one order for every writer."""
    tenant_id = current_tenant_id()
    linked = {fact.link for fact in facts.values() if fact.link is not None}
    ordered = sorted(facts.keys() | linked)
    said = [facts.get(trace_id) or TraceFacts(key_of_trace(trace_id)) for trace_id in ordered]
    run_ids = [fact.key.run_id(tenant_id) for fact in said]
    found = run(
        CLAIM,
        [
            tenant_id,
            columns.byteas(ordered),
            columns.uuids(run_ids),
            columns.smallints([fact.key.stitched_by for fact in said]),
            columns.bigints([fact.keyed_us for fact in said]),
            columns.byteas([fact.link for fact in said]),
            columns.booleans([fact.has_root for fact in said]),
            columns.booleans([trace_id in facts for trace_id in ordered]),
            columns.uuids([subjects.get(trace_id) for trace_id in ordered]),
            columns.instants([fact.waiting_ns for fact in said]),
            columns.instants([fact.stepped_ns for fact in said]),
            columns.instants([fact.heartbeat_ns for fact in said]),
        ],
    )
    claims = {claim.trace_id: claim for claim in (Claim(*row) for row in found)}
    for trace_id, fact, run_id in zip(ordered, said, run_ids, strict=True):
        if claims[trace_id].run_id == run_id:
            claims[trace_id].key = fact.key
    return claims

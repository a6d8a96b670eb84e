"""Which steps touched which memories: one row per memory and step, joined to spans by W3C ids.

Two sources say so. Our memory API records what it did, under the `traceparent` it was called
with; an agent's `gen_ai.memory.*` span claims what it did. Of one step and memory only the API's
word is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from audit.ingest import columns
from audit.ingest.columns import instant_ns
from audit.ingest.statements import run, send
from audit.models import AccessKind, AccessSource
from console.platform.clock import now
from console.platform.ids import uuid7
from console.tenancy.scope import current_tenant_id

INSERT = """
INSERT INTO audit_memoryaccess (
  tenant_id, id, at, score, rank, version, memory_id, store, access, source, trace_id, span_id,
  agent, purpose, request_id)
SELECT %s::uuid, batch.* FROM unnest(
  %s::uuid[], %s::timestamptz[], %s::float8[], %s::int4[], %s::int4[], %s::text[], %s::text[],
  %s::text[], %s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::text[],
  %s::uuid[])
  AS batch
"""
DONE_BY_API = """
SELECT DISTINCT trace_id, span_id, memory_id FROM audit_memoryaccess
WHERE tenant_id = %s AND trace_id = ANY(%s::bytea[]) AND source = 'api'
  AND at >= (%s::timestamptz[])[1]
"""
MAX_PURPOSE = 500
# An access is stamped by the server's clock and its span by the agent's, which may be late by any
# time (a run replayed from a recording) but is hardly ahead. The bound spares older partitions.
CLOCK_SKEW_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Access:
    """One memory touched. `rank` counts from 1; `at_ns` is Unix nanoseconds, now by default."""

    memory_id: str
    access: AccessKind
    source: AccessSource = AccessSource.API
    version: int | None = None
    rank: int | None = None
    score: float | None = None
    store: str = ""
    trace_id: bytes | None = None
    span_id: bytes | None = None
    agent: str = ""
    purpose: str = ""
    request_id: UUID | None = None
    at_ns: int = field(default_factory=lambda: instant_ns(now()))


def record_accesses(accesses: Sequence[Access]) -> None:
    """Inserts them into the tenant at hand, in the transaction at hand, by one statement."""
    if not accesses:
        return
    send(
        INSERT,
        [
            current_tenant_id(),
            columns.uuids([uuid7() for _ in accesses]),
            columns.instants([a.at_ns for a in accesses]),
            columns.doubles([a.score for a in accesses]),
            columns.integers([a.rank for a in accesses]),
            columns.integers([a.version for a in accesses]),
            columns.texts([a.memory_id for a in accesses]),
            columns.texts([a.store for a in accesses]),
            columns.texts([a.access for a in accesses]),
            columns.texts([a.source for a in accesses]),
            columns.byteas([a.trace_id for a in accesses]),
            columns.byteas([a.span_id for a in accesses]),
            columns.texts([a.agent for a in accesses]),
            columns.texts([a.purpose[:MAX_PURPOSE] for a in accesses]),
            columns.uuids([a.request_id for a in accesses]),
        ],
    )


def without_done_by_api(claims: Sequence[Access]) -> list[Access]:
    """What spans say they touched, but for what the API has recorded of the same step."""
    if not claims:
        return []
    trace_ids = sorted({claim.trace_id for claim in claims if claim.trace_id})
    since = columns.instants([min(claim.at_ns for claim in claims) - CLOCK_SKEW_NS])
    done = set(run(DONE_BY_API, [current_tenant_id(), columns.byteas(trace_ids), since]))
    return [c for c in claims if (c.trace_id, c.span_id, c.memory_id) not in done]

"""What is held about a subject, in figures: the preview of an erasure, and what it then deleted."""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import connection

from console.accounts.models import Subject
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

HELD = """
WITH about AS (
  SELECT id, state FROM memory_memory WHERE tenant_id = %(t)s AND subject_id = %(s)s
)
SELECT
  (SELECT count(*) FROM about WHERE state <> 'erased'),
  (SELECT count(*) FROM memory_memoryversion v JOIN about a ON a.id = v.memory_id
   JOIN memory_sealedcontent c ON c.tenant_id = v.tenant_id AND c.id = v.id
   WHERE v.tenant_id = %(t)s),
  (SELECT coalesce(sum(cardinality(terms)), 0)::bigint FROM memory_recallindex
   WHERE tenant_id = %(t)s AND subject_id = %(s)s),
  (SELECT count(*) FROM memory_recallindex
   WHERE tenant_id = %(t)s AND subject_id = %(s)s AND embedding IS NOT NULL),
  (SELECT count(*) FROM memory_memoryfingerprint f JOIN about a ON a.id = f.id
   WHERE f.tenant_id = %(t)s),
  (SELECT count(*) FROM memory_subjectname WHERE tenant_id = %(t)s AND subject_id = %(s)s),
  (SELECT coalesce(sum(span_count), 0)::bigint FROM audit_spancontent
   WHERE tenant_id = %(t)s AND subject_id = %(s)s),
  (SELECT count(*) FROM keys_datakey
   WHERE tenant_id = %(t)s AND subject_id = %(s)s AND wrapped IS NOT NULL),
  (SELECT count(*) FROM memory_reviewitem
   WHERE tenant_id = %(t)s AND subject_id = %(s)s AND status = 'open'),
  (SELECT count(*) FROM memory_reviewitem
   WHERE tenant_id = %(t)s AND subject_id = %(s)s AND status <> 'open'),
  (SELECT count(*) FROM memory_snapshotitem i JOIN about a ON a.id = i.memory_id
   WHERE i.tenant_id = %(t)s),
  (SELECT count(*) FROM audit_memoryaccess x
   WHERE x.tenant_id = %(t)s AND x.memory_id = ANY(ARRAY(SELECT id::text FROM about)))
"""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Deleted by an erasure, down to the reviews that wait; the rest are ids, and stay."""

    memories: int
    versions: int
    index_terms: int
    embeddings: int
    fingerprints: int
    known_names: int
    span_contents: int
    keys: int
    open_reviews: int
    closed_reviews: int
    snapshot_items: int
    accesses: int

    def as_counts(self) -> dict[str, int]:
        return asdict(self)


def holdings_of(subject: Subject) -> Holdings:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"t": current_tenant_id(), "s": subject.id})
        return Holdings(*cursor.fetchone())


def is_erased(subject_id: UUID) -> bool:
    """Whether nothing can be kept about the subject any more: it had keys, and none opens."""
    rows = fetch(
        "SELECT bool_and(wrapped IS NULL) FROM keys_datakey"
        " WHERE tenant_id = %s AND subject_id = %s AND purpose = 'content'",
        [current_tenant_id(), subject_id],
    )
    return rows[0][0] is True

"""Who recalled given memories, in which traces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from django.db import connection

from audit.models import AccessSource
from console.tenancy.scope import current_tenant_id

# People who only look have neither rank nor trace: nothing an agent did comes of that.
RECALLS: LiteralString = """
SELECT a.memory_id, a.version, a.source, a.at, a.agent, a.trace_id, a.span_id, r.id,
       r.first_seen, r.last_seen, t.subject_id
FROM unnest(%(ids)s::text[], %(sinces)s::timestamptz[], %(versions)s::int4[])
  AS m (id, since, version)
JOIN audit_memoryaccess a ON a.tenant_id = %(tenant)s AND a.memory_id = m.id AND a.at >= m.since
LEFT JOIN audit_trace t ON t.tenant_id = a.tenant_id AND t.trace_id = a.trace_id
LEFT JOIN audit_run r ON r.tenant_id = t.tenant_id AND r.id = t.run_id
WHERE a.access = 'read' AND (a.trace_id IS NOT NULL OR a.rank IS NOT NULL)
  AND (m.version IS NULL OR a.version = m.version)
  AND a.at >= %(since)s AND a.at < %(until)s
ORDER BY a.at DESC, a.id DESC LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Sought:
    """A memory from `since` on; of one version only where that is given."""

    memory_id: str
    since: datetime
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Recall:
    """`run_id` and the times of the run are None until its spans have arrived.

    `subject_id` is whom the trace is about, where its spans name somebody.
    """

    memory_id: str
    version: int | None
    source: AccessSource
    at: datetime
    agent: str
    trace_id: bytes | None
    span_id: bytes | None
    run_id: UUID | None
    first_seen: datetime | None
    last_seen: datetime | None
    subject_id: UUID | None


def recalls_of(
    sought: Sequence[Sought], *, since: datetime, until: datetime, most: int
) -> list[Recall]:
    """The latest first, `most` at most. One statement."""
    if not sought:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            RECALLS,
            {
                "tenant": current_tenant_id(),
                "ids": [one.memory_id for one in sought],
                "sinces": [one.since for one in sought],
                "versions": [one.version for one in sought],
                "since": max(since, min(one.since for one in sought)),
                "until": until,
                "most": most,
            },
        )
        return [_recall(*row) for row in cursor.fetchall()]


def _recall(  # noqa: PLR0917 - one per column
    memory_id: str,
    version: int | None,
    source: str,
    at: datetime,
    agent: str,
    trace_id: Any,
    span_id: Any,
    run_id: UUID | None,
    first_seen: datetime | None,
    last_seen: datetime | None,
    subject_id: UUID | None,
) -> Recall:
    return Recall(
        memory_id,
        version,
        AccessSource(source),
        at,
        agent,
        bytes(trace_id) if trace_id is not None else None,
        bytes(span_id) if span_id is not None else None,
        run_id,
        first_seen,
        last_seen,
        subject_id,
    )

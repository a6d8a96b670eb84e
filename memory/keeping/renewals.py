"""Which memories near their end somebody should be asked about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from console.tenancy.scope import current_tenant_id
from memory.keeping.rules import LifecycleRules
from memory.keeping.use import IS_RECALL
from memory.models import ReviewItem, ReviewKind, ReviewStatus

WINDOW = timedelta(days=30)
# Open at once. A queue that nobody can finish is read by nobody.
MOST_OPEN = 100

# A working memory rises or goes; a short life is not asked about in its first half. One question
# about one end: what was let go is not asked about again.
DUE = f"""
SELECT m.id, use.recalls FROM memory_memory m
CROSS JOIN LATERAL (
  SELECT count(*) AS recalls FROM audit_memoryaccess a
  WHERE a.tenant_id = %(tenant)s AND a.memory_id = m.id::text AND a.at >= %(since)s AND {IS_RECALL}
) use
WHERE m.tenant_id = %(tenant)s AND m.state = 'active' AND m.tier <> 'working'
  AND m.expires_at > %(now)s AND m.expires_at <= %(until)s
  AND %(now)s > m.created_at + (m.expires_at - m.created_at) / 2
  AND (m.importance >= %(importance)s OR use.recalls >= %(recalls)s)
  AND NOT EXISTS (
    SELECT FROM memory_reviewitem r
    WHERE r.tenant_id = m.tenant_id AND r.memory_id = m.id
      AND (r.status = 'open' OR (r.kind = 'renewal' AND r.opened_at > %(asked_since)s)))
ORDER BY m.importance DESC NULLS LAST, use.recalls DESC, m.expires_at, m.id
LIMIT %(room)s
"""  # noqa: S608 - constants of ours


@dataclass(frozen=True, slots=True)
class Ending:
    memory_id: UUID
    recalls: int


def due_for_renewal(*, at: datetime, rules: LifecycleRules) -> list[Ending]:
    """The most important first, and no more than the queue has room for."""
    notice = timedelta(days=rules.renewal_notice_days)
    waiting = ReviewItem.objects.filter(kind=ReviewKind.RENEWAL, status=ReviewStatus.OPEN)
    room = MOST_OPEN - waiting[:MOST_OPEN].count()
    if not notice or not room:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            DUE,
            {
                "tenant": current_tenant_id(),
                "now": at,
                "until": at + notice,
                "since": at - WINDOW,
                "asked_since": at - notice,
                "importance": rules.renewal_importance,
                "recalls": rules.renewal_recalls,
                "room": room,
            },
        )
        return [Ending(memory_id, recalls) for memory_id, recalls in cursor.fetchall()]

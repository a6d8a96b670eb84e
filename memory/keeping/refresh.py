"""Which recalled memories get their life anew, because they are used and near their end."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from console.tenancy.scope import current_tenant_id
from memory.keeping.rules import LifecycleRules
from memory.keeping.use import IS_RECALL

LOOK_BACK = timedelta(hours=25)
MOST_AT_ONCE = 2_000

# `ttl` is null where somebody chose the end: use does not put that off.
DUE = f"""
SELECT m.id FROM memory_memory m
WHERE m.tenant_id = %(tenant)s AND m.state = 'active' AND m.expires_at > %(now)s
  AND m.expires_at < %(now)s + make_interval(secs => m.ttl * %(share)s::float8)
  AND m.expires_at < m.created_at + make_interval(secs => %(cap)s)
  AND m.id::text IN (
    SELECT a.memory_id FROM audit_memoryaccess a
    WHERE a.tenant_id = %(tenant)s AND a.at >= %(lately)s AND {IS_RECALL})
ORDER BY m.expires_at, m.id LIMIT %(most)s
"""  # noqa: S608 - constants of ours


def due_for_refresh(*, at: datetime, rules: LifecycleRules) -> list[UUID]:
    """The nearest to their end first."""
    if not rules.refresh_share:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            DUE,
            {
                "tenant": current_tenant_id(),
                "now": at,
                "lately": at - LOOK_BACK,
                "share": rules.refresh_share,
                "cap": timedelta(days=rules.refresh_cap_days).total_seconds(),
                "most": MOST_AT_ONCE,
            },
        )
        return [memory_id for (memory_id,) in cursor.fetchall()]

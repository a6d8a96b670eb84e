"""What agents did, day by day, as the trail says: writes, recalls and refusals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from console.platform.ids import first_id_of
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

BY_DAY = """
SELECT actor_id, (recorded_at AT TIME ZONE 'UTC')::date,
  count(*) FILTER (WHERE kind IN ('memory.written', 'memory.revised')),
  count(*) FILTER (WHERE kind = 'memory.recalled'),
  count(*) FILTER (WHERE outcome = 'refused')
FROM audit_auditevent
WHERE tenant_id = %s AND actor_id = ANY(%s::uuid[]) AND id >= %s AND actor_kind = 'agent'
GROUP BY 1, 2 ORDER BY 2
"""


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC) of one agent. A day without activity has no row."""

    agent_id: UUID
    day: date
    writes: int
    recalls: int
    refusals: int


def activity_of(agent_ids: Collection[UUID], *, since: datetime) -> Sequence[Day]:
    """Of the agents since then, the earliest day first. One statement."""
    rows = fetch(BY_DAY, [current_tenant_id(), list(agent_ids), first_id_of(since)])
    return [Day(*row) for row in rows]

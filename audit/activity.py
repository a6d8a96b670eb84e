"""What agents did, day by day, as the trail says: writes, recalls and refusals.

A million events are not counted for a page: days that are over are counted once, by a sweep
(`count_days`), and only what it has not counted is read from the trail.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import orjson

from console.platform.clock import now
from console.platform.ids import first_id_of, uuid7
from console.tenancy.rows import execute, fetch
from console.tenancy.scope import current_tenant_id

DAY = timedelta(days=1)
# A transaction that was begun before midnight may commit after it.
SETTLED = timedelta(hours=1)
KEPT = 31

EVENTS = """
SELECT actor_id, (recorded_at AT TIME ZONE 'UTC')::date,
  count(*) FILTER (WHERE kind IN ('memory.written', 'memory.revised') AND outcome = 'done'),
  count(*) FILTER (WHERE kind = 'memory.recalled' AND outcome = 'done'),
  count(*) FILTER (WHERE outcome = 'refused')
FROM audit_auditevent
WHERE tenant_id = %s AND actor_kind = 'agent' AND id >= %s AND id < %s
"""
OF_AGENTS = EVENTS + "AND actor_id = ANY(%s::uuid[]) GROUP BY 1, 2 ORDER BY 2"
OF_ALL = EVENTS + "GROUP BY 1, 2 ORDER BY 2"
COUNTED = """
SELECT day, (
  SELECT coalesce(jsonb_object_agg(agent, counts -> agent), '{}')
  FROM unnest(%s::text[]) AS agent WHERE counts ? agent)
FROM audit_activityday WHERE tenant_id = %s AND day >= %s ORDER BY day
"""
KEEP = """
INSERT INTO audit_activityday (tenant_id, id, day, counts)
VALUES (%s, %s, %s, %s::jsonb) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC) of one agent. A day without activity has no row."""

    agent_id: UUID
    day: date
    writes: int
    recalls: int
    refusals: int


def activity_of(agent_ids: Collection[UUID], *, since: date) -> list[Day]:
    """Of the agents from that day on, the earliest first. Two statements."""
    ids = [str(agent_id) for agent_id in agent_ids]
    days, uncounted = list[Day](), since
    for day, counts in fetch(COUNTED, [ids, current_tenant_id(), since]):
        if day != uncounted:  # one before it was not counted: from there on it is read
            break
        counted = orjson.loads(counts)  # Django leaves JSON to whoever reads it
        days += [Day(UUID(agent), day, *numbers) for agent, numbers in counted.items()]
        uncounted += DAY
    bounds = [_first_id(uncounted), first_id_of(now() + DAY)]
    rows = fetch(OF_AGENTS, [current_tenant_id(), *bounds, ids])
    return days + [Day(*row) for row in rows]


def count_days() -> int:
    """Counts each of the latest days that is over and not counted yet; how many those were."""
    missing = list(_uncounted())
    for day in missing:
        rows = fetch(OF_ALL, [current_tenant_id(), _first_id(day), _first_id(day + DAY)])
        # By its id an event is of this day; by its time a few may be of a neighbour.
        counts: dict[str, list[int]] = {}
        for agent_id, _, *numbers in rows:
            before = counts.get(str(agent_id), [0, 0, 0])
            counts[str(agent_id)] = [a + b for a, b in zip(before, numbers, strict=True)]
        execute(KEEP, [current_tenant_id(), uuid7(), day, orjson.dumps(counts).decode()])
    return len(missing)


def _uncounted() -> Iterator[date]:
    over = (now() - SETTLED).astimezone(UTC).date()
    first = over - KEPT * DAY
    counted = "SELECT day FROM audit_activityday WHERE tenant_id = %s AND day >= %s"
    known: Sequence[date] = [day for (day,) in fetch(counted, [current_tenant_id(), first])]
    for number in range(KEPT):
        if (day := first + number * DAY) not in known:
            yield day


def _first_id(day: date) -> UUID:
    return first_id_of(datetime.combine(day, time.min, UTC))

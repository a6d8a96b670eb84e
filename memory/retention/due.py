"""Which memories' time is over, by which rule."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from console.tenancy.scope import current_tenant_id
from memory.retention.rules import CLASS_OF, MemoryRule

BY_POLICY = 0
ENDS, WORDS = "end", "words"

# Of the rules that fit, the one that comes first; an ended memory's time counts from its end, and
# beside the rules stands what policy granted when it was written.
DUE = f"""
WITH rule AS (
  SELECT * FROM unnest(%(kinds)s::text[], %(tiers)s::text[], %(classes)s::text[],
    %(ages)s::int4[], %(keeps)s::int4[]) WITH ORDINALITY AS r (kind, tier, class, age, keep, number)
), classed AS (
  SELECT m.id, m.kind, m.tier, m.state, m.created_at, m.expires_at, m.retention,
    least(m.expires_at, m.updated_at) AS ended_at, {CLASS_OF} AS class
  FROM memory_memory m JOIN memory_memoryversion v
    ON v.tenant_id = m.tenant_id AND v.memory_id = m.id AND v.number = m.version
  WHERE m.tenant_id = %(tenant)s
    AND m.state IN ('active', 'expired', 'superseded', 'rejected', 'retired')
), due AS (
  SELECT c.id, c.class, c.created_at, 'end' AS what, r.number AS rule,
    c.created_at + make_interval(days => r.age) AS at
  FROM classed c CROSS JOIN LATERAL (
    SELECT number, age FROM rule WHERE age > 0 AND kind IN ('', c.kind) AND tier IN ('', c.tier)
      AND class IN ('', c.class)
    ORDER BY age, number LIMIT 1) r
  WHERE c.state = 'active'
  UNION ALL
  SELECT c.id, c.class, c.created_at, 'words', d.number, d.at
  FROM classed c CROSS JOIN LATERAL (
    SELECT number, c.ended_at + make_interval(days => keep) AS at FROM rule
    WHERE keep > 0 AND kind IN ('', c.kind) AND tier IN ('', c.tier) AND class IN ('', c.class)
    UNION ALL
    SELECT 0, c.expires_at + make_interval(secs => c.retention)
    WHERE c.retention IS NOT NULL AND c.expires_at IS NOT NULL
    ORDER BY at, number LIMIT 1) d
  WHERE c.state <> 'active'
), held AS MATERIALIZED (SELECT mnemoscope_held_memories(%(tenant)s) AS id)
"""  # noqa: S608 - constants of ours
COUNTS = f"""{DUE}
SELECT what, rule, class, count(*) FILTER (WHERE at <= %(now)s AND held.id IS NULL),
  min(created_at) FILTER (WHERE at <= %(now)s),
  count(*) FILTER (WHERE at <= %(now)s AND held.id IS NOT NULL),
  min(at) FILTER (WHERE at > %(now)s)
FROM due LEFT JOIN held USING (id) GROUP BY what, rule, class ORDER BY what, rule, class
"""  # noqa: S608
IDS = f"""{DUE}
SELECT id, rule, class FROM due WHERE what = %(what)s AND at <= %(now)s
  AND id NOT IN (SELECT id FROM held WHERE id IS NOT NULL)
  AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[]))
ORDER BY at, id LIMIT %(most)s
"""  # noqa: S608


class Count(NamedTuple):
    what: str
    rule: int  # counted from 1 in their order; BY_POLICY is none of them
    data_class: str
    now: int
    oldest: datetime | None
    held: int
    next_at: datetime | None


class Due(NamedTuple):
    id: UUID
    rule: int
    data_class: str


def counts(rules: Sequence[MemoryRule], *, at: datetime) -> list[Count]:
    return [Count(*row) for row in _fetch(COUNTS, rules, at)]


def due(
    what: str,
    rules: Sequence[MemoryRule],
    *,
    at: datetime,
    most: int,
    among: Sequence[UUID] | None = None,
) -> list[Due]:
    """Those that no hold keeps, the longest due first; `among` looks at these alone."""
    more = {"what": what, "most": most, "ids": None if among is None else list(among)}
    return [Due(*row) for row in _fetch(IDS, rules, at, **more)]


def _fetch(
    sql: str, rules: Sequence[MemoryRule], at: datetime, **more: Any
) -> list[tuple[Any, ...]]:
    asked = {
        "tenant": current_tenant_id(),
        "now": at,
        "kinds": [rule.kind for rule in rules],
        "tiers": [rule.tier for rule in rules],
        "classes": [rule.data_class for rule in rules],
        "ages": [rule.age_days for rule in rules],
        "keeps": [rule.keep_days for rule in rules],
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

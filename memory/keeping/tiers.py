"""Which memories change their tier, and why.

working → episodic when recalled in 2 runs; episodic → semantic when recalled in 3 runs, or
approved by a person; semantic → archival when nobody recalled it for `archive_after_days`;
archival → semantic as soon as it is recalled again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from console.tenancy.scope import current_tenant_id
from memory.keeping.rules import LifecycleRules
from memory.keeping.use import IS_RECALL, RUN_OF
from memory.models import Tier

EPISODIC_RUNS = 2
SEMANTIC_RUNS = 3
# Over which recalls in different runs are counted.
WINDOW = timedelta(days=90)
# A wake-up looks this far back, so that late ones, and a day without any, lose nothing.
LOOK_BACK = timedelta(hours=25)
MOST_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Move:
    memory_id: UUID
    before: Tier
    after: Tier
    reason: str


# Only what was recalled or approved lately can rise, so that a sweep does not count all use ever.
RISING = f"""
WITH lately AS (
  SELECT DISTINCT a.memory_id FROM audit_memoryaccess a
  WHERE a.tenant_id = %(tenant)s AND a.at >= %(lately)s AND {IS_RECALL}
  UNION
  SELECT r.memory_id::text FROM memory_reviewitem r
  WHERE r.tenant_id = %(tenant)s AND r.closed_at >= %(lately)s
    AND r.status IN ('approved', 'edited', 'restored')
), use AS (
  SELECT a.memory_id, count(DISTINCT {RUN_OF}) AS runs, max(a.at) AS last_at
  FROM lately JOIN audit_memoryaccess a ON a.memory_id = lately.memory_id
  LEFT JOIN audit_trace t ON t.tenant_id = a.tenant_id AND t.trace_id = a.trace_id
  WHERE a.tenant_id = %(tenant)s AND a.at >= %(since)s AND {IS_RECALL}
  GROUP BY a.memory_id
), candidate AS (
  SELECT m.id, m.tier, CASE
    WHEN m.tier = 'working' AND use.runs >= %(episodic_runs)s THEN 'recalled_in_several_runs'
    WHEN m.tier = 'episodic' AND use.runs >= %(semantic_runs)s THEN 'recalled_in_several_runs'
    WHEN m.tier = 'episodic' AND EXISTS (
      SELECT FROM memory_reviewitem r
      WHERE r.tenant_id = m.tenant_id AND r.memory_id = m.id
        AND r.status IN ('approved', 'edited', 'restored')) THEN 'approved_by_a_person'
    WHEN m.tier = 'archival' AND use.last_at > m.updated_at THEN 'recalled_again'
  END AS reason
  FROM lately JOIN memory_memory m ON m.id = lately.memory_id::uuid
  LEFT JOIN use ON use.memory_id = lately.memory_id
  WHERE m.tenant_id = %(tenant)s AND m.state = 'active'
    AND (m.expires_at IS NULL OR m.expires_at > %(now)s)
)
SELECT id, tier, CASE tier WHEN 'working' THEN 'episodic' ELSE 'semantic' END, reason
FROM candidate WHERE reason IS NOT NULL ORDER BY id LIMIT %(most)s
"""  # noqa: S608 - constants of ours

SINKING = f"""
SELECT m.id, m.tier, 'archival', 'not_recalled'
FROM memory_memory m
WHERE m.tenant_id = %(tenant)s AND m.state = 'active' AND m.tier = 'semantic'
  AND m.updated_at < %(unused_since)s
  AND (m.expires_at IS NULL OR m.expires_at > %(now)s)
  AND NOT EXISTS (
    SELECT FROM audit_memoryaccess a
    WHERE a.tenant_id = m.tenant_id AND a.memory_id = m.id::text
      AND a.at >= %(unused_since)s AND {IS_RECALL})
ORDER BY m.id LIMIT %(most)s
"""  # noqa: S608


def due_moves(*, at: datetime, rules: LifecycleRules) -> list[Move]:
    """At most `MOST_AT_ONCE` up and as many down: a sweep asks again until there are none."""
    parameters: dict[str, Any] = {
        "tenant": current_tenant_id(),
        "now": at,
        "lately": at - LOOK_BACK,
        "since": at - WINDOW,
        "unused_since": at - timedelta(days=rules.archive_after_days),
        "episodic_runs": EPISODIC_RUNS,
        "semantic_runs": SEMANTIC_RUNS,
        "most": MOST_AT_ONCE,
    }
    moves: list[Move] = []
    with connection.cursor() as cursor:
        for statement in (RISING, SINKING):
            cursor.execute(statement, parameters)
            rows: Sequence[tuple[UUID, str, str, str]] = cursor.fetchall()
            moves += [Move(i, Tier(was), Tier(then), why) for i, was, then, why in rows]
    return moves

"""Which memories a scope past its budget lets go of: those worth least.

    score = 0.4 · recency + 0.4 · use + 0.2 · confidence

`recency` halves every 30 days since it was last recalled, or else written; `use` is
1 - 2^(-recalls/4) over the recalls of the last 90 days, so that the first ones count most;
`confidence` is the writer's, 0.5 where it said none. Each from 0 to 1.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from console.tenancy.scope import current_tenant_id
from memory.keeping.rules import LifecycleRules
from memory.keeping.use import IS_RECALL

RECENCY_WEIGHT, USE_WEIGHT, CONFIDENCE_WEIGHT = 0.4, 0.4, 0.2
RECENCY_HALF_LIFE_DAYS = 30
USE_HALF_RECALLS = 4
UNSTATED_CONFIDENCE = 0.5
WINDOW = timedelta(days=90)
MOST_AT_ONCE = 2_000

# A subject is one scope, and what is about nobody is one per namespace. What a legal hold keeps
# or a review waits about counts, and is never let go of.
SURPLUS = f"""
WITH live AS (
  SELECT m.id, m.subject_id, m.agent_id,
    CASE WHEN m.subject_id IS NULL THEN m.namespace END AS place, m.created_at, m.confidence
  FROM memory_memory m
  WHERE m.tenant_id = %(tenant)s AND m.state = 'active'
    AND (m.expires_at IS NULL OR m.expires_at > %(now)s)
), scope AS (
  SELECT subject_id, place, count(*) - CASE WHEN subject_id IS NULL
    THEN %(per_namespace)s ELSE %(per_subject)s END AS surplus
  FROM live
  WHERE CASE WHEN subject_id IS NULL THEN %(per_namespace)s ELSE %(per_subject)s END > 0
  GROUP BY subject_id, place
), crowded AS (
  SELECT live.*, scope.surplus FROM live JOIN scope
    ON scope.subject_id IS NOT DISTINCT FROM live.subject_id
    AND scope.place IS NOT DISTINCT FROM live.place
  WHERE scope.surplus > 0
    AND NOT EXISTS (SELECT mnemoscope_holds_over_memory(
      %(tenant)s, live.id, live.subject_id, live.agent_id))
    AND NOT EXISTS (
      SELECT FROM memory_reviewitem r
      WHERE r.tenant_id = %(tenant)s AND r.memory_id = live.id AND r.status = 'open')
), use AS (
  SELECT a.memory_id, count(*) AS recalls, max(a.at) AS last_at
  FROM crowded JOIN audit_memoryaccess a ON a.memory_id = crowded.id::text
  WHERE a.tenant_id = %(tenant)s AND a.at >= %(since)s AND {IS_RECALL}
  GROUP BY a.memory_id
), scored AS (
  SELECT crowded.*,
    %(recency_weight)s * power(0.5, greatest(0, extract(epoch FROM
      %(now)s - coalesce(use.last_at, crowded.created_at))) / 86400.0 / %(half_life)s)
    + %(use_weight)s * (1 - power(0.5, coalesce(use.recalls, 0) / %(half_recalls)s))
    + %(confidence_weight)s * coalesce(crowded.confidence, %(unstated)s) AS score
  FROM crowded LEFT JOIN use ON use.memory_id = crowded.id::text
), ranked AS (
  SELECT id, score, surplus,
    row_number() OVER (PARTITION BY subject_id, place ORDER BY score, id) AS place_from_below
  FROM scored
)
SELECT id, score FROM ranked WHERE place_from_below <= surplus ORDER BY score, id LIMIT %(most)s
"""  # noqa: S608 - constants of ours


@dataclass(frozen=True, slots=True)
class Surplus:
    memory_id: UUID
    score: float


def surplus_memories(*, at: datetime, rules: LifecycleRules) -> list[Surplus]:
    """Least worth first, at most `MOST_AT_ONCE`: a sweep asks again until there are none."""
    if not (rules.budget_per_subject or rules.budget_per_namespace):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            SURPLUS,
            {
                "tenant": current_tenant_id(),
                "now": at,
                "since": at - WINDOW,
                "per_subject": rules.budget_per_subject,
                "per_namespace": rules.budget_per_namespace,
                "recency_weight": RECENCY_WEIGHT,
                "use_weight": USE_WEIGHT,
                "confidence_weight": CONFIDENCE_WEIGHT,
                "half_life": float(RECENCY_HALF_LIFE_DAYS),
                "half_recalls": float(USE_HALF_RECALLS),
                "unstated": UNSTATED_CONFIDENCE,
                "most": MOST_AT_ONCE,
            },
        )
        return [Surplus(memory_id, float(score)) for memory_id, score in cursor.fetchall()]

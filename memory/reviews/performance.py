"""How a queue and those who review do: figures to look into, never to punish by."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q

from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import Purpose, SecondOpinion
from memory.models.review_queue import GENERAL_LABEL

# A median below is faster than one can read: automation bias, or a habit to talk about.
TOO_FAST = timedelta(seconds=3)
# So many decisions in a row say something about speed.
ENOUGH = 20
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class QueueResult:
    """Decided in the time asked about. `sampled` are automatic approvals people looked at."""

    name: str
    decided: int
    in_time: int
    p50: timedelta | None
    p95: timedelta | None
    sampled: int
    overturned: int

    @property
    def label(self) -> str:
        return self.name or GENERAL_LABEL


@dataclass(frozen=True, slots=True)
class ReviewerResult:
    """`pace` is the median time between two decisions of one sitting, not counting bulk."""

    id: UUID
    label: str
    decided: int
    pace: timedelta | None
    paced: int
    undone: int
    gold: int
    gold_right: int

    @property
    def is_too_fast(self) -> bool:
        return self.paced >= ENOUGH and self.pace is not None and self.pace < TOO_FAST


QUEUES = """
SELECT queue, count(*), count(*) FILTER (WHERE closed_at <= due_at),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY closed_at - opened_at),
  percentile_cont(0.95) WITHIN GROUP (ORDER BY closed_at - opened_at),
  count(*) FILTER (WHERE kind = 'sample'),
  count(*) FILTER (WHERE kind = 'sample' AND status IN ('rejected', 'deleted', 'expired', 'edited'))
FROM memory_reviewitem
WHERE tenant_id = %s AND closed_at >= %s AND status <> 'withdrawn'
GROUP BY queue ORDER BY queue LIMIT %s
"""
# A sitting ends where nothing is decided for ten minutes.
REVIEWERS = """
WITH made AS (
  SELECT d.decided_by_id AS person, d.decided_by_label AS label, d.decided_at, d.batch_id,
    d.decided_at - lag(d.decided_at) OVER (
      PARTITION BY d.decided_by_id ORDER BY d.decided_at) AS gap,
    EXISTS (SELECT FROM memory_reviewdecision u
            WHERE u.tenant_id = d.tenant_id AND u.undoes_id = d.id) AS undone
  FROM memory_reviewdecision d
  WHERE d.tenant_id = %s AND d.decided_at >= %s AND d.undoes_id IS NULL
    AND d.decided_by_kind = 'user')
SELECT person, max(label), count(*),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY gap)
    FILTER (WHERE gap < interval '10 minutes' AND batch_id IS NULL),
  count(*) FILTER (WHERE gap < interval '10 minutes' AND batch_id IS NULL),
  count(*) FILTER (WHERE undone)
FROM made GROUP BY person ORDER BY count(*) DESC, person LIMIT %s
"""


def queue_results(since: datetime) -> list[QueueResult]:
    found = fetch(QUEUES, [current_tenant_id(), since, MOST_ROWS])
    return [QueueResult(*row) for row in found]


def reviewer_results(since: datetime) -> list[ReviewerResult]:
    """Those who decided most first."""
    given = SecondOpinion.objects.filter(purpose=Purpose.GOLD, answered_at__gte=since)
    answers = given.values("person_id").annotate(
        asked=Count("id"), right=Count("id", filter=Q(verdict=F("expected")))
    )
    gold = {one["person_id"]: (one["asked"], one["right"]) for one in answers}
    found = fetch(REVIEWERS, [current_tenant_id(), since, MOST_ROWS])
    return [
        ReviewerResult(person, label, decided, pace, paced, undone, *gold.get(person, (0, 0)))
        for person, label, decided, pace, paced, undone in found
    ]

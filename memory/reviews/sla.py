"""How the clock of an item stands, and how each queue does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import ReviewItem
from memory.models.review_queue import GENERAL, GENERAL_LABEL
from memory.reviews.order import DUE_SOON
from memory.reviews.queues import MOST_QUEUES, names_in_policy


class Clock(models.TextChoices):
    IN_TIME = "in_time", "in time"
    DUE_SOON = "due_soon", "due soon"
    BREACHED = "breached", "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """What waits in one queue. `claimed` is in somebody's hands; ages are of what is open."""

    name: str
    open: int
    claimed: int
    due_soon: int
    breached: int
    oldest: datetime | None
    p50: timedelta | None
    p95: timedelta | None

    @property
    def label(self) -> str:
        return self.name or GENERAL_LABEL


# Every queue that is configured, that a policy names, that something waits in, and the general one.
COUNTS = """
WITH waiting AS (
  SELECT queue, count(*) AS open,
    count(*) FILTER (WHERE claimed_until > %(at)s) AS claimed,
    count(*) FILTER (WHERE due_at > %(at)s
                     AND opened_at + (due_at - opened_at) * %(soon)s <= %(at)s) AS due_soon,
    count(*) FILTER (WHERE due_at <= %(at)s) AS breached,
    min(opened_at) AS oldest,
    percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY %(at)s - opened_at) AS ages
  FROM memory_reviewitem
  WHERE tenant_id = %(tenant)s AND status = 'open'
  GROUP BY queue)
SELECT name, coalesce(open, 0), coalesce(claimed, 0), coalesce(due_soon, 0),
  coalesce(breached, 0), oldest, ages[1], ages[2]
FROM (
  SELECT name FROM memory_reviewqueue WHERE tenant_id = %(tenant)s
  UNION SELECT queue FROM waiting
  UNION SELECT unnest(%(named)s::text[])) AS queue
LEFT JOIN waiting ON waiting.queue = queue.name
ORDER BY name LIMIT %(most)s
"""


def clock_of(review: ReviewItem, at: datetime) -> Clock:
    """Of a decided one: as it was when it was decided."""
    at = review.closed_at or at
    if at >= review.due_at:
        return Clock.BREACHED
    soon = review.opened_at + (review.due_at - review.opened_at) * DUE_SOON
    return Clock.DUE_SOON if at >= soon else Clock.IN_TIME


def queue_counts(actor: Actor, at: datetime | None = None) -> list[QueueCounts]:
    """By name, the general one first. One query, over what is open."""
    if not actor.may(Permission.REVIEW_READ):
        return []
    asked = {
        "at": at or now(),
        "soon": DUE_SOON,
        "tenant": current_tenant_id(),
        "named": [GENERAL, *names_in_policy()],
        "most": 2 * MOST_QUEUES,  # those that only a policy names as well
    }
    return [
        QueueCounts(
            name=name,
            open=waiting,
            claimed=claimed,
            due_soon=soon,
            breached=breached,
            oldest=oldest,
            p50=p50,
            p95=p95,
        )
        for name, waiting, claimed, soon, breached, oldest, p50, p95 in fetch(COUNTS, asked)
    ]

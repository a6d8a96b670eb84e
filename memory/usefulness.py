"""Which memories people should doubt, by what came of using them.

If a memory cannot change an outcome, it should not be stored: one in force for UNUSED_DAYS that
no agent ever recalled is asked about, the least important and oldest first, unless it ends by
itself within ENDS_SOON_DAYS. One that goes with failure should not stay unseen: of the judged runs
that recalled it lately, at least EVIDENCE, so many failed that even the lower bound of the share
(Wilson's, 95 %) lies above half, and above the share of failures among all judged runs.

At most MOST_A_DAY of each kind are raised, so that the queue does not rot; none beside an open
review of the same memory, and none within QUIET_DAYS of one that somebody decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Literal
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from audit.models import AccessKind, AccessSource, MemoryAccess
from audit.usefulness import failing_memories, failures_of_all_runs
from memory.models import Memory, ReviewItem, ReviewKind, ReviewStatus, Tier

UNUSED_DAYS = 30
ENDS_SOON_DAYS = 14
LATELY_DAYS = 90
EVIDENCE = 5
MOST_A_DAY = 20
QUIET_DAYS = 90
Z_95 = 1.96
UNUSED_RISK = 0.1
HALF = 0.5

DoubtKind = Literal[ReviewKind.HARMFUL, ReviewKind.UNUSED]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why somebody should look at a memory in force; `risk` from 0 to 1 orders the queue."""

    memory: Memory
    kind: DoubtKind
    detail: str
    risk: float


def doubts(*, at: datetime) -> list[Doubt]:
    """What is to be raised now, within what the day has left. Harm comes before waste."""
    harmful = _harmful(at=at)[: _left(ReviewKind.HARMFUL, at=at)]
    seen = {doubt.memory.id for doubt in harmful}
    unused = [doubt for doubt in _unused(at=at) if doubt.memory.id not in seen]
    return harmful + unused[: _left(ReviewKind.UNUSED, at=at)]


def _harmful(*, at: datetime) -> list[Doubt]:
    found = failing_memories(since=at - timedelta(days=LATELY_DAYS), evidence=EVIDENCE)
    failures, runs = failures_of_all_runs()
    usual = max(HALF, failures / runs) if runs else HALF
    bounds = {one.memory_id: lower_bound(one.failures, one.runs) for one in found}
    worse = {one.memory_id: one for one in found if bounds[one.memory_id] > usual}
    memories = askable(at=at).filter(id__in=_identifiers(list(worse)))
    raised = [
        Doubt(
            memory,
            ReviewKind.HARMFUL,
            f"{worse[str(memory.id)].failures} of {worse[str(memory.id)].runs} runs that used it"
            " failed.",
            bounds[str(memory.id)],
        )
        for memory in memories
    ]
    return sorted(raised, key=lambda doubt: (-doubt.risk, doubt.memory.id))


def _unused(*, at: datetime) -> list[Doubt]:
    recalls = MemoryAccess.objects.filter(
        memory_id=Cast(OuterRef("id"), TextField()),
        access=AccessKind.READ,
        source=AccessSource.API,
        rank__isnull=False,
    )
    ends_late = Q(expires_at__isnull=True)
    ends_late |= Q(expires_at__gt=at + timedelta(days=ENDS_SOON_DAYS))
    memories = (
        askable(at=at)
        .filter(ends_late, ~Exists(recalls), updated_at__lte=at - timedelta(days=UNUSED_DAYS))
        .exclude(tier=Tier.WORKING)
        .order_by(F("importance").asc(nulls_first=True), "id")[: 2 * MOST_A_DAY]
    )
    return [
        Doubt(
            memory,
            ReviewKind.UNUSED,
            f"No agent has recalled it in {(at - memory.updated_at).days} days.",
            UNUSED_RISK,
        )
        for memory in memories
    ]


def askable(*, at: datetime) -> QuerySet[Memory]:
    """In force, and nobody is asked about it nor was lately."""
    asked = ReviewItem.objects.filter(
        Q(status=ReviewStatus.OPEN) | Q(closed_at__gt=at - timedelta(days=QUIET_DAYS)),
        memory_id=OuterRef("id"),
    )
    return Memory.objects.in_force(at).filter(~Exists(asked))


def lower_bound(failures: int, runs: int) -> float:
    """Of the share of failures, by Wilson's score interval at 95 % (JASA 22, 1927)."""
    share, z = failures / runs, Z_95
    middle = share + z * z / (2 * runs)
    spread = z * sqrt(share * (1 - share) / runs + z * z / (4 * runs * runs))
    return (middle - spread) / (1 + z * z / runs)


def _left(kind: ReviewKind, *, at: datetime) -> int:
    raised = ReviewItem.objects.filter(kind=kind, opened_at__gt=at - timedelta(days=1)).count()
    return max(0, MOST_A_DAY - raised)


def _identifiers(memory_ids: Sequence[str]) -> list[UUID]:
    """Of our own memories: another store's record id need not be a UUID."""
    found = []
    for text in memory_ids:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found

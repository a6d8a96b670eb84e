"""One person whole, in figures: what is held, who uses it, on what basis, and for how long.

Not a word of a memory: whoever reads one opens it, and that is recorded.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from audit.models import AccessKind, MemoryAccess, Run, Trace
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.platform.clock import now
from memory.access import visible_reviews
from memory.erasure.preview import StoreHolding, preview_of
from memory.holds import holds_over
from memory.models import (
    Kind,
    LegalBasis,
    LegalHold,
    Memory,
    ReviewItem,
    ReviewStatus,
    State,
    SubjectRequest,
)
from memory.subjects import SubjectFigures, figures_of

MOST_SHOWN = 10
# Uses are counted over so many memories and days: a person much written about has no end of them.
MOST_MEMORIES = 500
LATELY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class KindRow:
    kind: str
    counts: list[int]
    total: int


@dataclass(frozen=True, slots=True)
class ByKind:
    """Memories by kind and state, of those states that occur."""

    states: list[State]
    rows: list[KindRow]


@dataclass(frozen=True, slots=True)
class Reader:
    agent: str
    times: int
    memories: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Retention:
    """Of active memories: when the first and the last end; and how long words outlive them."""

    first_end: datetime | None
    last_end: datetime | None
    without_end: int
    kept_days: int | None


@dataclass(frozen=True, slots=True)
class SubjectScreen:
    subject: Subject
    figures: SubjectFigures
    holdings: list[StoreHolding]
    by_kind: ByKind
    writers: list[tuple[str, int]]
    readers: list[Reader]
    runs: Sequence[Run]
    retention: Retention
    bases: Sequence[LegalBasis]
    holds: Sequence[LegalHold]
    requests: Sequence[tuple[SubjectRequest, bool]]  # and whether it is overdue
    reviews: Sequence[ReviewItem]
    can_manage: bool
    can_export: bool
    can_ask: bool


def subject_screen(actor: Actor, subject: Subject) -> SubjectScreen:
    about = Memory.objects.filter(subject_id=subject.id)
    reads = MemoryAccess.objects.filter(
        memory_id__in=[
            str(id_) for id_ in about.order_by("-id").values_list("id", flat=True)[:MOST_MEMORIES]
        ],
        access=AccessKind.READ,
        at__gte=now() - LATELY,
    )
    waiting = visible_reviews(actor).filter(subject_id=subject.id, status=ReviewStatus.OPEN)
    [figures] = figures_of([subject])
    return SubjectScreen(
        subject=subject,
        figures=figures,
        holdings=preview_of(subject),
        by_kind=_by_kind(subject),
        writers=_writers(subject),
        readers=[
            Reader(*row)
            for row in reads.values_list("agent")
            .annotate(times=Count("id"), memories=Count("memory_id", distinct=True), last=Max("at"))
            .order_by("-last")[:MOST_SHOWN]
        ],
        runs=_runs(reads.values("trace_id")) if actor.may(Permission.TRACES_READ) else [],
        retention=_retention(subject),
        bases=list(LegalBasis.objects.filter(subject_id=subject.id).order_by("-id")[:MOST_SHOWN]),
        holds=list(holds_over(subject)[:MOST_SHOWN]),
        requests=[
            (one, one.is_overdue(now()))
            for one in SubjectRequest.objects.filter(subject_id=subject.id).order_by("-id")[
                :MOST_SHOWN
            ]
        ],
        reviews=list(waiting.order_by("-id")[:MOST_SHOWN]),
        can_manage=actor.may(Permission.SUBJECT_MANAGE) and not figures.is_erased,
        can_export=actor.may(Permission.SUBJECT_EXPORT),
        can_ask=actor.may(Permission.ERASURE_MANAGE) and not figures.is_erased,
    )


def _by_kind(subject: Subject) -> ByKind:
    counts: Counter[tuple[str, str]] = Counter()
    found = Memory.objects.filter(subject_id=subject.id).values_list("kind", "state")
    for kind, state, count in found.annotate(count=Count("id")).order_by():
        counts[kind, state] = count
    states = [state for state in State if any(key[1] == state for key in counts)]
    rows = [
        KindRow(str(kind.label), [counts[kind, state] for state in states], total)
        for kind in Kind
        if (total := sum(counts[kind, state] for state in states))
    ]
    return ByKind(states, rows)


def _writers(subject: Subject) -> list[tuple[str, int]]:
    written = Memory.objects.filter(subject_id=subject.id).values_list("agent__name")
    most = written.annotate(count=Count("id")).order_by("-count")[:MOST_SHOWN]
    return [(name or "People", count) for name, count in most]


def _runs(trace_ids: QuerySet[MemoryAccess, Any]) -> Sequence[Run]:
    runs = Trace.objects.filter(trace_id__in=trace_ids).values("run_id")
    return list(Run.objects.filter(id__in=runs).order_by("-last_seen")[:MOST_SHOWN])


def _retention(subject: Subject) -> Retention:
    active = Memory.objects.filter(subject_id=subject.id, state=State.ACTIVE)
    told = active.aggregate(
        first=Min("expires_at"),
        last=Max("expires_at"),
        without=Count("id", filter=Q(expires_at__isnull=True)),
        kept=Max("retention"),
    )
    kept = told["kept"]
    days = kept // 86_400 if kept is not None else None
    return Retention(told["first"], told["last"], told["without"], days)

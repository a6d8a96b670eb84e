"""The memories that steps touched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.models import AccessKind, AccessSource, MemoryAccess, Run, Trace
from audit.timelines.step import Key, Step

MAX_MARKS = 5000
# An access is stamped by the server's clock and its span by the agent's, which may be late by any
# time (a run replayed from a recording) but is hardly ahead. The bound spares older partitions.
CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MemoryMark:
    """A memory that a step touched, and who says so."""

    memory_id: str
    at: datetime
    access: AccessKind
    source: AccessSource
    version: int | None
    rank: int | None
    score: float | None
    store: str
    purpose: str


def marks_in_run(run: Run) -> dict[Key, list[MemoryMark]]:
    traces = Trace.objects.filter(run_id=run.id).values("trace_id")
    return _by_step(
        MemoryAccess.objects.filter(
            trace_id__in=traces, at__gte=run.first_seen - CLOCK_SKEW
        ).order_by("at", "rank")[:MAX_MARKS]
    )


def marks_of_steps(steps: Sequence[Step]) -> dict[Key, list[MemoryMark]]:
    """For a page of steps, by one query."""
    if not steps:
        return {}
    return _by_step(
        MemoryAccess.objects.filter(
            trace_id__in={bytes.fromhex(step.trace_id) for step in steps},
            span_id__in={bytes.fromhex(step.span_id) for step in steps},
            at__gte=min(step.started_at for step in steps) - CLOCK_SKEW,
        ).order_by("at", "rank")[:MAX_MARKS]
    )


def _by_step(accesses: Iterable[MemoryAccess]) -> dict[Key, list[MemoryMark]]:
    marks: dict[Key, list[MemoryMark]] = {}
    for access in accesses:
        key = (bytes(access.trace_id or b"").hex(), bytes(access.span_id or b"").hex())
        marks.setdefault(key, []).append(mark_of(access))
    return marks


def mark_of(access: MemoryAccess) -> MemoryMark:
    return MemoryMark(
        memory_id=access.memory_id,
        at=access.at,
        access=AccessKind(access.access),
        source=AccessSource(access.source),
        version=access.version,
        rank=access.rank,
        score=access.score,
        store=access.store,
        purpose=access.purpose,
    )

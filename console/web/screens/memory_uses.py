"""Who recalled a memory or looked at it, when, in which run, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db.models import QuerySet

from audit.models import AccessKind, MemoryAccess, Trace
from audit.usefulness import Use as UseOfMemory
from audit.usefulness import use_of_one
from console.accounts.actor import Actor, ActorKind
from console.accounts.permissions import Permission
from memory.access import visible_versions
from memory.models import Memory

MOST_SHOWN = 10
MOST_READS = 200


@dataclass(frozen=True, slots=True)
class Use:
    """`times` reads in a row by one reader; `access` is the latest of them."""

    access: MemoryAccess
    times: int


@dataclass(frozen=True, slots=True)
class UseRow:
    """`run_id` is None outside any run, and until the run's spans have arrived."""

    access: MemoryAccess
    run_id: UUID | None

    @property
    def is_recall(self) -> bool:
        return self.access.rank is not None


@dataclass(frozen=True, slots=True)
class Usefulness:
    """What came of it; `corrections` of its `versions` were written by people after the first."""

    use: UseOfMemory
    corrections: int
    versions: int

    @property
    def judged(self) -> int:
        return self.use.successes + self.use.failures


def accesses_of(memory: Memory) -> QuerySet[MemoryAccess]:
    """In no order. Recalls have a rank; who only looked has none."""
    return MemoryAccess.objects.filter(memory_id=str(memory.id), access=AccessKind.READ)


def use_rows(accesses: Sequence[MemoryAccess]) -> list[UseRow]:
    traces = {bytes(access.trace_id) for access in accesses if access.trace_id}
    known = Trace.objects.filter(trace_id__in=traces) if traces else ()
    runs = {bytes(trace.trace_id): trace.run_id for trace in known}
    return [
        UseRow(one, runs.get(bytes(one.trace_id)) if one.trace_id else None) for one in accesses
    ]


def uses_of(actor: Actor, memory: Memory) -> list[Use]:
    """The latest reads; one after another by the same reader for the same purpose count as one."""
    if not actor.may(Permission.TRACES_READ):
        return []
    latest = accesses_of(memory).order_by("-at")[:MOST_READS]
    alike = groupby(latest, key=lambda read: (read.agent, read.version, read.purpose))
    runs = [list(group) for _, group in alike]
    return [Use(run[0], len(run)) for run in runs[:MOST_SHOWN]]


def usefulness_of(actor: Actor, memory: Memory) -> Usefulness | None:
    if not actor.may(Permission.TRACES_READ):
        return None
    authors = visible_versions(actor, memory).values_list("number", "author_kind")
    versions = list(authors)
    corrections = sum(number > 1 and kind == ActorKind.USER for number, kind in versions)
    return Usefulness(use_of_one(memory.id), corrections, len(versions))

"""Where influence starts: a memory, one version of it, what a span touched, what an agent wrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from audit.models import AccessKind, MemoryAccess, Trace
from audit.timelines.memory_mark import CLOCK_SKEW
from console.accounts.actor import Actor
from console.accounts.models import Agent
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import NotFoundError
from memory.access import hidden_runs, memory_for, visible_memories, visible_versions
from memory.models import Memory, MemoryVersion

MOST_ROOTS = 500


class OriginKind(StrEnum):
    MEMORY = "memory"
    VERSION = "version"
    SPAN = "span"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Root:
    """A memory from `since` on. Of one version alone where that is given, which stood `until`."""

    memory_id: str
    since: datetime
    version: int | None = None
    until: datetime | None = None
    store: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """`id` says which: of a version "memory/number", of a span "trace/span" in hexadecimal."""

    kind: OriginKind
    id: str
    roots: tuple[Root, ...]
    cut: bool = False

    @property
    def skew(self) -> timedelta:
        """How long before a root's own moment a span's clock may put what was done with it."""
        return timedelta() if self.kind is OriginKind.SPAN else CLOCK_SKEW

    @property
    def root_ids(self) -> frozenset[str]:
        return frozenset(root.memory_id for root in self.roots)


def of_memory(actor: Actor, memory_id: UUID, *, version: int | None = None) -> Origin:
    """Raises NotFoundError. A deleted one too, for those who keep the evidence."""
    memory = memory_for(
        actor,
        memory_id,
        need=Permission.TRACES_READ,
        deleted=actor.may(Permission.AUDIT_READ),
    )
    if version is None:
        root = Root(str(memory.id), memory.created_at)
        return Origin(OriginKind.MEMORY, str(memory.id), (root,))
    return Origin(OriginKind.VERSION, f"{memory.id}/{version}", (_version(actor, memory, version),))


def _version(actor: Actor, memory: Memory, number: int) -> Root:
    stands = visible_versions(actor, memory).filter(number=number).first()
    if stands is None:
        raise NotFoundError(number, noun="version")
    later = MemoryVersion.objects.filter(memory_id=memory.id, number__gt=number)
    until = later.order_by("number").values_list("recorded_at", flat=True).first()
    return Root(str(memory.id), stands.recorded_at, number, until)


def of_span(actor: Actor, trace_id: bytes, span_id: bytes) -> Origin:
    """What it wrote or read, from then on, at the version it touched. Raises NotFoundError."""
    if not actor.may(Permission.TRACES_READ):
        raise NotFoundError(span_id.hex(), noun="span")
    runs = Trace.objects.filter(trace_id=trace_id).values_list("run_id", flat=True)
    if hidden_runs(actor, list(runs)):
        raise NotFoundError(span_id.hex(), noun="span")
    touched = MemoryAccess.objects.filter(trace_id=trace_id, span_id=span_id)
    touched = touched.exclude(access=AccessKind.DELETE).order_by("at", "rank")
    found = list(touched[: MOST_ROOTS + 1])
    told = untold_among(actor, (one.memory_id for one in found))
    roots = {
        one.memory_id: Root(one.memory_id, one.at, one.version, store=one.store)
        for one in reversed(found[:MOST_ROOTS])
        if one.memory_id not in told
    }
    if not roots:
        raise NotFoundError(span_id.hex(), noun="span that touched a memory")
    return Origin(
        OriginKind.SPAN,
        f"{trace_id.hex()}/{span_id.hex()}",
        tuple(reversed(roots.values())),
        len(found) > MOST_ROOTS,
    )


def of_agent(
    actor: Actor, agent_id: UUID, *, since: datetime | None = None, until: datetime | None = None
) -> Origin:
    """What it first wrote in that time, the latest MOST_ROOTS of it. Raises NotFoundError."""
    if not actor.may(Permission.TRACES_READ):
        raise NotFoundError(agent_id, noun="agent")
    agent = Agent.objects.filter(id=agent_id).first()
    if agent is None:
        raise NotFoundError(agent_id, noun="agent")
    wrote = visible_memories(actor).filter(agent_id=agent.id, created_at__lt=until or now())
    if since is not None:
        wrote = wrote.filter(created_at__gte=since)
    found = list(wrote.order_by("-id").values_list("id", "created_at")[: MOST_ROOTS + 1])
    return Origin(
        OriginKind.AGENT,
        str(agent.id),
        tuple(Root(str(one), at) for one, at in found[:MOST_ROOTS]),
        len(found) > MOST_ROOTS,
    )


def untold_among(actor: Actor, memory_ids: Iterable[str]) -> set[str]:
    """Of these, the memories of ours that the actor may not see: not even their ids are told.

    An id of another store is no secret of ours.
    """
    ours = {parsed for one in memory_ids if (parsed := as_uuid(one))}
    if not ours or actor.may(Permission.MEMORY_READ_HELD):
        return set()
    told = visible_memories(actor).filter(id__in=ours).order_by().values("id")
    hidden = Memory.objects.filter(id__in=ours).exclude(id__in=told)
    return {str(one) for one in hidden.values_list("id", flat=True)}


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

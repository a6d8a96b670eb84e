"""What fits a query and is answered all the same to no recall of this agent, and why.

Told as far as somebody may see it (`memory.access`), of now only, and never all of it: of what is
not in force the newest LOOKED_AT are read.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import F, Q

from console.accounts.actor import Actor
from console.platform.clock import now
from memory.access import visible_memories
from memory.models import Memory, MemoryVersion, State, Visibility
from memory.retrieval.answering import hits_now, hits_of
from memory.retrieval.history import rank_versions, with_memory
from memory.retrieval.query import Hit, RecallQuery
from memory.retrieval.scope import scope_of, within
from memory.sealing import open_versions

LOOKED_AT = 200
MOST_TOLD = 10


class Because(StrEnum):
    """Why a recall leaves something out."""

    BUDGET = "budget"
    LIMIT = "limit"
    AGENT = "agent"  # only the agent that wrote it recalls it
    SUBJECT = "subject"  # only who names its subject recalls it
    HELD = "held"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    NOT_YET = "not_yet"  # in the world
    NO_LONGER = "no_longer"


STATES = {
    State.PENDING: Because.HELD,
    State.QUARANTINED: Because.HELD,
    State.REJECTED: Because.REJECTED,
    State.EXPIRED: Because.EXPIRED,
    State.SUPERSEDED: Because.SUPERSEDED,
}


@dataclass(frozen=True, slots=True)
class Miss:
    hit: Hit
    because: Because


def misses(
    query: RecallQuery, ranked: list[Hit], hits: Collection[Hit], *, agent: Actor, viewer: Actor
) -> list[Miss]:
    """`ranked` is what was found, past the limit too; `hits` what was answered."""
    answered = {hit.memory.id for hit in hits}
    told = [
        Miss(hit, Because.BUDGET if place < query.top_k else Because.LIMIT)
        for place, hit in enumerate(ranked)
        if hit.memory.id not in answered and not hit.is_weak
    ]
    if query.as_of is None:
        told += _invisible(query, agent=agent, viewer=viewer)
        told += _not_in_force(query, agent=agent, viewer=viewer)
    return told


def _invisible(query: RecallQuery, *, agent: Actor, viewer: Actor) -> Iterator[Miss]:
    """What would have been among the best if the agent were not kept from it."""
    scope = replace(scope_of(query, actor=agent), unrestricted=True)
    wider = replace(query, top_k=query.top_k + MOST_TOLD)
    hits = [
        hit
        for hit in hits_now(wider, scope=scope)
        if not hit.is_weak and _kept_from(agent, hit.memory, query)
    ]
    seen = _visible_ids(viewer, hits)
    for hit in hits[:MOST_TOLD]:
        if hit.memory.id in seen:
            private = hit.memory.visibility == Visibility.AGENT
            yield Miss(hit, Because.AGENT if private else Because.SUBJECT)


def _kept_from(agent: Actor, memory: Memory, query: RecallQuery) -> bool:
    if memory.visibility == Visibility.AGENT:
        return memory.agent_id != agent.agent_id
    return memory.visibility == Visibility.SUBJECT and not query.subject


def _visible_ids(viewer: Actor, hits: list[Hit]) -> set[UUID]:
    named = visible_memories(viewer).filter(id__in=[hit.memory.id for hit in hits])
    return set(named.values_list("id", flat=True))


def _not_in_force(query: RecallQuery, *, agent: Actor, viewer: Actor) -> Iterator[Miss]:
    at = now()
    valid_at = query.valid_at or at
    newest = (
        visible_memories(viewer)
        .filter(
            Q(state__in=STATES)
            | Q(state=State.ACTIVE, expires_at__lte=at)
            | Q(state=State.ACTIVE, valid_from__gt=valid_at)
            | Q(state=State.ACTIVE, valid_to__lte=valid_at),
            within(scope_of(query, actor=agent)),
        )
        .order_by("-id")[:LOOKED_AT]
    )
    ids = list(newest.values_list("id", flat=True))
    current = MemoryVersion.objects.filter(memory_id__in=ids, number=F("memory__version"))
    versions = {version.memory_id: version for version in open_versions(with_memory(current))}
    ranked = rank_versions(replace(query, top_k=MOST_TOLD), list(versions.values()), at=at)
    for hit in hits_of(versions, ranked):
        if not hit.is_weak:
            yield Miss(hit, _why_not(hit.memory, at=at, valid_at=valid_at))


def _why_not(memory: Memory, *, at: datetime, valid_at: datetime) -> Because:
    state = memory.state_at(at)
    if state in STATES:
        return STATES[state]
    ahead = memory.valid_from is not None and memory.valid_from > valid_at
    return Because.NOT_YET if ahead else Because.NO_LONGER

"""Past writes as facts again: what a policy would have known of each when it came."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from console.accounts.actor import Actor, ActorKind
from console.accounts.models import Agent, Subject
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import (
    Memory,
    MemoryVersion,
    ReviewDecision,
    ReviewItem,
    ReviewKind,
)
from memory.policies.compiled import CompiledPolicy
from memory.policies.facts import STANDING_LIMIT, Facts, is_known
from memory.policies.in_force import STANDING_STATES, held_subjects
from memory.policies.rule import Effect
from memory.reviews.decisions import OUTCOME_OF, REWORDINGS
from memory.screening import Finding
from memory.screening.redaction import REDACTED
from memory.sealing import open_versions
from memory.writes import Write, as_written

# What a write was held as. Other reviews came later, of what had taken effect.
HOLDING = [
    ReviewKind.NEW,
    ReviewKind.REVISION,
    ReviewKind.CONTRADICTION,
    ReviewKind.QUARANTINE,
]
REWORDED = [OUTCOME_OF[decision] for decision in REWORDINGS]
# Of each agent the oldest, by the index of its memories, whose ids are in the order they came.
STOOD = """
SELECT agent.id, stood.created_at FROM unnest(%s::uuid[]) AS agent(id)
CROSS JOIN LATERAL (
  SELECT created_at FROM memory_memory
  WHERE tenant_id = %s AND agent_id = agent.id AND state = ANY(%s)
  ORDER BY id LIMIT %s) AS stood
ORDER BY stood.created_at
"""


@dataclass(frozen=True, slots=True)
class Past:
    memory_id: UUID
    version: int
    facts: Facts
    effect: Effect


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around some versions, asked for all at once."""

    memories: dict[UUID, Memory]
    agents: dict[UUID, Agent]
    # The first standing writes of each agent, oldest first, up to STANDING_LIMIT.
    stood: dict[UUID, list[datetime]]
    reviews: dict[tuple[UUID, int], ReviewItem]
    held: set[UUID]


def past_writes(versions: Sequence[MemoryVersion], policy: CompiledPolicy) -> Iterator[Past]:
    """In the order given. Without reviewers' corrections, which no policy rules, and the erased."""
    memory_ids = {version.memory_id for version in versions}
    memories = Memory.objects.select_related("subject").in_bulk_by_id(memory_ids)
    agent_ids = {memory.agent_id for memory in memories.values() if memory.agent_id is not None}
    agents = {agent.id: agent for agent in Agent.objects.filter(id__in=agent_ids)}
    around = _Around(
        memories=memories,
        agents=agents,
        stood=_stood(list(agents)) if _asks(policy) else {},
        reviews={
            (review.memory_id, review.first_version or review.version): review
            for review in ReviewItem.objects.filter(memory_id__in=memory_ids)
            if review.opened_as in HOLDING
        },
        held=held_subjects({memory.subject_id for memory in memories.values()}, policy),
    )
    edits = ReviewDecision.objects.filter(
        outcome__in=REWORDED, review__memory_id__in=memory_ids
    ).values_list("review__memory_id", "content_digest")
    corrections = {(memory_id, bytes(digest)) for memory_id, digest in edits}
    for version in open_versions(versions):
        corrected = (version.memory_id, bytes(version.content_digest)) in corrections
        if not version.opened.is_erased and not corrected:
            yield _past(version, around)


def _past(version: MemoryVersion, around: _Around) -> Past:
    memory = around.memories[version.memory_id]
    review = around.reviews.get((version.memory_id, version.number))
    actor = _actor(version, around.agents.get(version.author_id))
    facts = Facts(
        actor=actor,
        write=_write(version, memory),
        findings=[_finding(found) for found in version.findings],
        contradicts=review.contradicts_id if review else None,
        standing=_standing(actor, around, at=_came(version, memory)),
        subject_known=_was_known(memory.subject, _came(version, memory)),
        subject_held=memory.subject_id in around.held,
        revision=version.number > 1,
        was_signed=version.opened.statement is not None,
    )
    return Past(version.memory_id, version.number, facts, _effect(review))


def _effect(review: ReviewItem | None) -> Effect:
    if review is None:
        return Effect.APPROVE
    return Effect.QUARANTINE if review.opened_as == ReviewKind.QUARANTINE else Effect.REVIEW


def _actor(version: MemoryVersion, agent: Agent | None) -> Actor:
    trusted_at = agent.trusted_at if agent else None
    return Actor(
        kind=ActorKind(version.author_kind),
        id=version.author_id,
        tenant_id=version.tenant_id,
        label=version.author_label,
        permissions=frozenset(),
        agent_id=agent.id if agent else None,
        trusted=trusted_at is not None and trusted_at <= version.recorded_at,
    )


def _write(version: MemoryVersion, memory: Memory) -> Write:
    """As it came: what redaction took away is put back."""
    original = version.opened.original
    taken = {name: original[name] for name in REDACTED if name in original}
    return replace(as_written(memory, version), **taken)


def _finding(found: dict[str, Any]) -> Finding:
    return Finding(found["code"], found["detail"], found["severity"], found["weight"])


def _was_known(subject: Subject | None, at: datetime) -> bool:
    return subject is not None and subject.created_at < at


def _asks(policy: CompiledPolicy) -> bool:
    return "agent.standing" in policy.asks


def _stood(agent_ids: list[UUID]) -> dict[UUID, list[datetime]]:
    stood: dict[UUID, list[datetime]] = {agent_id: [] for agent_id in agent_ids}
    asked = [agent_ids, current_tenant_id(), STANDING_STATES, STANDING_LIMIT]
    for agent_id, created_at in fetch(STOOD, asked):
        stood[agent_id].append(created_at)
    return stood


def _standing(actor: Actor, around: _Around, *, at: datetime) -> int:
    stood = around.stood.get(actor.id)
    return STANDING_LIMIT if is_known(actor) or stood is None else bisect_left(stood, at)


def _came(version: MemoryVersion, memory: Memory) -> datetime:
    """When its policy was asked: a moment before anything was made for it."""
    return memory.created_at if version.number == 1 else version.recorded_at

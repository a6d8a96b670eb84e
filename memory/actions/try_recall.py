from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID

from audit.models import AccessKind
from audit.provenance import MAX_PURPOSE
from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind
from console.accounts.models import Agent
from console.accounts.permissions import Permission
from console.platform.ids import uuid7
from memory.retrieval.answering import answer_of, ranked_hits
from memory.retrieval.misses import MOST_TOLD, Miss, misses
from memory.retrieval.query import Hit, RecallQuery
from memory.touches import record_touches


@dataclass(frozen=True, slots=True)
class Trial:
    """What a recall by `agent` answers, and what it leaves out."""

    id: UUID
    agent: Agent
    hits: list[Hit]
    misses: list[Miss]

    audit_kind: ClassVar = "recall"


@audited("recall.tried", savepoint=False)
def try_recall(*, actor: Actor, agent: Agent, query: RecallQuery) -> Trial:
    """What this agent would get now. Somebody looks: it counts nowhere as recalled.

    Raises InvalidInputError as `recall_memories` does.
    """
    actor.require(Permission.MEMORY_READ)
    stand_in = _stand_in(agent)
    ranked = ranked_hits(replace(query, top_k=query.top_k + MOST_TOLD), actor=stand_in)
    hits = answer_of(ranked[: query.top_k], query)
    left_out = misses(query, ranked, hits, agent=stand_in, viewer=actor)
    trial = Trial(uuid7(), agent, hits, left_out)
    record_touches(
        [(hit.memory.id, hit.version.number) for hit in (*hits, *(one.hit for one in left_out))],
        actor=actor,
        access=AccessKind.READ,
        purpose=f"trial as {agent.name}: {query.purpose}"[:MAX_PURPOSE],
    )
    note(
        agent=str(agent.id),
        memories=[str(hit.memory.id) for hit in hits],
        left_out=[str(one.hit.memory.id) for one in left_out],
    )
    return trial


def _stand_in(agent: Agent) -> Actor:
    """Finds what the agent finds, and may do nothing else."""
    return Actor(
        kind=ActorKind.AGENT,
        id=agent.id,
        tenant_id=agent.tenant_id,
        label=agent.name,
        permissions=frozenset({Permission.MEMORY_RECALL}),
        agent_id=agent.id,
    )

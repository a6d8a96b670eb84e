"""Memories of a tenant of some age, as rows yet to be copied in (`benchmarks.volume`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from benchmarks.corpus import sentences
from console.accounts.actor import Actor, ActorKind
from console.accounts.models import Agent, Subject
from console.keys.keyring import Keyring
from console.platform.clock import now
from console.platform.ids import first_id_of
from console.tenancy.scope import tenant_scope
from memory.lifecycle import new_version
from memory.models import (
    Kind,
    Memory,
    MemoryTransition,
    MemoryVersion,
    ReviewItem,
    ReviewKind,
    ReviewStatus,
    Said,
    SealedContent,
    State,
    Tier,
)
from memory.writes import Write

DAYS = 60
# How a tenant of some age looks: of a hundred memories so many are in each state.
STATES = (
    (State.ACTIVE, 78),
    (State.PENDING, 5),
    (State.QUARANTINED, 1),
    (State.REJECTED, 2),
    (State.SUPERSEDED, 5),
    (State.EXPIRED, 7),
    (State.RETIRED, 2),
)
HELD = (State.PENDING, State.QUARANTINED)
LIVES = (None, 30, 90, 365)  # days past today


@dataclass(frozen=True, slots=True)
class Remembered:
    """One memory's rows."""

    memory: Memory
    version: MemoryVersion
    words: SealedContent
    entered: MemoryTransition
    reviews: list[ReviewItem]


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes memories of one tenant; `reviews` of them wait for a person."""

    memories: int
    reviews: int
    agents: Sequence[Agent]
    subjects: Sequence[Subject]
    keyring: Keyring
    random: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - not a secret

    def batches(self, size: int) -> Iterator[list[Remembered]]:
        """The oldest first. The words of each are open."""
        source = sentences()
        step = timedelta(days=DAYS) / self.memories
        first = now() - timedelta(days=DAYS)
        waiting = self.reviews
        for begin in range(0, self.memories, size):
            batch = []
            with tenant_scope(self.agents[0].tenant_id):
                for number in range(begin, min(begin + size, self.memories)):
                    state = self._state(self.memories - number, waiting)
                    waiting -= state in HELD
                    agent = self.agents[number % len(self.agents)]
                    batch.append(self._memory(next(source), first + number * step, state, agent))
            yield batch

    def _state(self, left: int, waiting: int) -> State:
        """The last of them wait where the dice said so too seldom."""
        if left <= waiting:
            return State.PENDING
        states, weights = zip(*STATES, strict=True)
        state: State = self.random.choices(states, weights)[0]
        return State.REJECTED if state in HELD and not waiting else state

    def _memory(self, text: str, at: datetime, state: State, agent: Agent) -> Remembered:
        random = self.random
        subject = random.choice([None, *random.choices(self.subjects, k=4)])
        lives = random.choice(LIVES)
        memory = Memory(
            id=self._id_at(at),
            kind=random.choice(Kind.values),
            tier=random.choice(Tier.values),
            state=state,
            subject_id=subject.id if subject else None,
            agent_id=agent.id,
            importance=random.random(),
            confidence=random.random(),
            expires_at=now() + timedelta(days=lives * random.random()) if lives else None,
            created_at=at,
            updated_at=at,
        )
        version, words = new_version(
            actor=_actor(agent),
            memory=memory,
            write=Write(content=text, importance=memory.importance, confidence=memory.confidence),
            findings=(),
            number=1,
            keyring=self.keyring,
        )
        memory.content_digest = version.content_digest
        version.said = Said(text)
        entered = MemoryTransition(
            memory_id=memory.id,
            state=state,
            tier=memory.tier,
            version=1,
            expires_at=memory.expires_at,
            at=at,
            actor_kind="agent",
            actor_id=agent.id,
        )
        held = state in HELD or state == State.REJECTED
        return Remembered(memory, version, words, entered, [self._review(memory)] if held else [])

    def _review(self, memory: Memory) -> ReviewItem:
        is_open = memory.state in HELD
        quarantined = memory.state == State.QUARANTINED
        return ReviewItem(
            id=self._id_at(memory.created_at),
            memory_id=memory.id,
            version=1,
            kind=ReviewKind.QUARANTINE if quarantined else ReviewKind.NEW,
            status=ReviewStatus.OPEN if is_open else ReviewStatus.REJECTED,
            reasons=[{"code": "untrusted_agent", "detail": "Nobody vouched for the agent."}],
            risk=round(self.random.random(), 2),
            queue=self.random.choice(["", "support", "billing"]),
            priority=self.random.randrange(3),
            content_digest=memory.content_digest,
            agent_id=memory.agent_id,
            subject_id=memory.subject_id,
            opened_at=memory.created_at,
            due_at=memory.created_at + timedelta(days=self.random.choice([1, 3, DAYS + 1])),
            closed_at=None if is_open else memory.created_at + timedelta(hours=4),
        )

    def _id_at(self, at: datetime) -> UUID:
        """A UUIDv7 of that moment (RFC 9562, section 5.7)."""
        return UUID(int=first_id_of(at).int | 7 << 76 | 2 << 62 | self.random.getrandbits(62))


def _actor(agent: Agent) -> Actor:
    return Actor(
        kind=ActorKind.AGENT,
        id=agent.id,
        tenant_id=agent.tenant_id,
        label=agent.name,
        permissions=frozenset(),
        agent_id=agent.id,
        trusted=agent.trusted_at is not None,
    )

"""What a decision changes, noted as it goes, so that it can be undone exactly.

Those who change a memory or close a review tell it here; outside a decision nobody listens.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db.models import Max
from orjson import dumps, loads

from memory.models import (
    DecisionEffect,
    Memory,
    MemoryTransition,
    MemoryVersion,
    ReviewDecision,
    ReviewItem,
    State,
)


@dataclass(slots=True)
class Before:
    """What a memory was; then what the decision made of it: its transition, its newest version."""

    state: State
    version: int
    expires_at: datetime | None
    ttl: int | None
    supersedes_id: UUID | None
    transition_id: UUID | None = None
    newest: int = 0

    def as_json(self) -> dict[str, Any]:
        plain: dict[str, Any] = loads(dumps(asdict(self)))
        return plain

    @classmethod
    def parse(cls, kept: dict[str, Any]) -> Self:
        return cls(
            state=State(kept["state"]),
            version=kept["version"],
            expires_at=datetime.fromisoformat(kept["expires_at"]) if kept["expires_at"] else None,
            ttl=kept["ttl"],
            supersedes_id=_id(kept["supersedes_id"]),
            transition_id=_id(kept["transition_id"]),
            newest=kept["newest"],
        )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


@dataclass
class Journal:
    review: dict[str, Any]
    memories: dict[UUID, Before] = field(default_factory=dict)
    closed: set[UUID] = field(default_factory=set)
    opened: list[UUID] = field(default_factory=list)

    def effect_of(self, decision: ReviewDecision, *, left: str) -> DecisionEffect:
        """Yet to be saved, once all is done and the review has the status `left`."""
        numbers = MemoryVersion.objects.filter(memory_id__in=self.memories)
        newest = numbers.values_list("memory_id").annotate(Max("number"))
        for memory_id, number in newest:
            self.memories[memory_id].newest = number
        return DecisionEffect(
            id=decision.id,
            review=self.review | {"left": left},
            memories={str(memory_id): one.as_json() for memory_id, one in self.memories.items()},
            closed=sorted(self.closed - {decision.review_id}),
            opened=self.opened,
        )


_journal: ContextVar[Journal | None] = ContextVar("mnemoscope_decision_journal", default=None)


@contextmanager
def journal_of(review: ReviewItem) -> Iterator[Journal]:
    journal = Journal(
        {
            "kind": review.kind,
            "first_kind": review.first_kind,
            "version": review.version,
            "first_version": review.first_version,
            "content_digest": bytes(review.content_digest).hex(),
        }
    )
    token = _journal.set(journal)
    try:
        yield journal
    finally:
        _journal.reset(token)


def changing(memory: Memory) -> None:
    """Told of a locked memory before it changes; the first time counts."""
    journal = _journal.get()
    if journal is None or memory.id in journal.memories:
        return
    journal.memories[memory.id] = Before(
        state=State(memory.state),
        version=memory.version,
        expires_at=memory.expires_at,
        ttl=memory.ttl,
        supersedes_id=memory.supersedes_id,
    )


def entered(step: MemoryTransition) -> None:
    journal = _journal.get()
    if journal is not None:
        journal.memories[step.memory_id].transition_id = step.id


def closing(review_ids: Collection[UUID]) -> None:
    journal = _journal.get()
    if journal is not None:
        journal.closed |= set(review_ids)


def opening(review_ids: Collection[UUID]) -> None:
    journal = _journal.get()
    if journal is not None:
        journal.opened += review_ids

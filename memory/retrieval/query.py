"""What a recall asks for, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from memory.models import Memory, MemoryVersion
from memory.retrieval.filters import EVERYTHING, Filter

MAX_TOP_K = 100
# Below this, a match shares neither words nor meaning with the query worth the name.
WEAK_BELOW = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallQuery:
    """What an agent wants to know, and for which purpose.

    `namespace` matches whole segments from the left, `token_budget` bounds the text answered, and
    `as_of` asks what would have been recalled then.
    """

    query: str
    subject: str = ""
    namespace: tuple[str, ...] = ()
    filters: Filter = EVERYTHING
    top_k: int = 10
    token_budget: int | None = None
    as_of: datetime | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Scores:
    """`dense` is the cosine similarity, `lexical` the rank among the hits, both 0 to 1."""

    dense: float
    lexical: float

    @property
    def fused(self) -> float:
        return (self.dense + self.lexical) / 2


@dataclass(frozen=True, slots=True)
class Hit:
    memory: Memory
    version: MemoryVersion
    scores: Scores

    @property
    def is_weak(self) -> bool:
        return self.scores.fused < WEAK_BELOW


@dataclass(frozen=True, slots=True)
class Recall:
    """One recall, as an event and the access log name it."""

    id: UUID
    hits: list[Hit]

    audit_kind = "recall"

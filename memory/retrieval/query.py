"""What a recall asks for, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from memory.models import Memory, MemoryVersion
from memory.retrieval.filters import EVERYTHING, Filter

MAX_TOP_K = 100
# Texts of the default model that are about the same thing are at least this similar.
RELATED = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallQuery:
    """What an agent wants to know, and for which purpose.

    `namespace` matches whole segments from the left, and `token_budget` bounds the text answered.
    `as_of` asks what would have been recalled then, and `valid_at` what was true then.
    """

    query: str
    subject: str = ""
    namespace: tuple[str, ...] = ()
    filters: Filter = EVERYTHING
    top_k: int = 10
    token_budget: int | None = None
    as_of: datetime | None = None
    valid_at: datetime | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Why a memory was ranked where it was. Shares and scores are from 0 to 1.

    `dense` is the cosine similarity; `lexical` the share of the query's information that the words
    hold, `neighbours` the part of it lent by the turns beside it; `matched` of the `asked` distinct
    words stand in it. `fused` orders the hits. `is_chance`: so many words fit by chance alone.
    """

    dense: float
    lexical: float
    fused: float
    matched: int
    asked: int
    neighbours: float
    recency: float
    is_approved: bool
    is_chance: bool


def says_little(scores: Scores) -> bool:
    """Neither its words nor its meaning say more than chance would."""
    return scores.is_chance and scores.dense < RELATED


@dataclass(frozen=True, slots=True)
class Hit:
    """`conflicting` are the other hits that say something else at the same place."""

    memory: Memory
    version: MemoryVersion
    scores: Scores
    conflicting: tuple[UUID, ...] = ()

    @property
    def is_weak(self) -> bool:
        return says_little(self.scores)


@dataclass(frozen=True, slots=True)
class Recall:
    """One recall, as an event and the access log name it."""

    id: UUID
    hits: list[Hit]

    audit_kind = "recall"

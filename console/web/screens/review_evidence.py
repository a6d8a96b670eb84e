"""What speaks for and against an item: what was found, what it is compared with, who used it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.models import AccessKind, MemoryAccess
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.web.masking import Mask
from console.web.screens.versions import versions_by_number
from console.web.text import Change, compare
from memory.access import visible_memories
from memory.models import Memory, MemoryVersion, ReviewItem
from memory.reviews.likeness import nearest_in_force

NONE = UUID(int=0)  # no row has it
TONES = {"quarantine": "danger", "review": "warn", "note": "info"}
MOST_READS = 200
MOST_READERS = 5


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason to look, with the words that gave it and what it weighs, from 0 to 1."""

    code: str
    detail: str
    tone: str
    weight: float | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Against:
    """What is proposed beside something else: `relation` says what that is."""

    relation: str
    memory: Memory
    version: MemoryVersion
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Reader:
    """`times` of the latest reads, the last of them at `last_at`."""

    agent: str
    times: int
    last_at: datetime


def signals_of(review: ReviewItem, version: MemoryVersion, mask: Mask) -> list[Signal]:
    """Why it was held, each with its evidence; then what screening noted without holding it."""
    findings: list[dict[str, Any]] = list(version.findings)
    signals = []
    for reason in review.reasons:
        found = next((one for one in findings if one["code"] == reason["code"]), None)
        if found is None:
            signals.append(Signal(reason["code"], reason["detail"], "warn"))
        else:
            findings.remove(found)
            signals.append(_signal(found, mask, detail=reason["detail"]))
    return signals + [_signal(one, mask, detail=one["detail"]) for one in findings]


def _signal(found: dict[str, Any], mask: Mask, *, detail: str) -> Signal:
    evidence = mask.words(found["evidence"])
    return Signal(found["code"], detail, TONES[found["severity"]], found["weight"], evidence)


def compared(actor: Actor, review: ReviewItem, mask: Mask) -> tuple[MemoryVersion, list[Against]]:
    """The version under review, and what it is laid beside: what it changes, what is nearest."""
    memory = review.memory
    other_id = review.contradicts_id or nearest_in_force(memory)
    other = visible_memories(actor).filter(id=other_id).first() if other_id else None
    wanted = [(memory.id, n) for n in (review.version, memory.version, review.first_version) if n]
    texts = versions_by_number(wanted + ([(other.id, other.version)] if other else []))
    version = texts[memory.id, review.version]
    said, _ = mask.content(version)

    def against(relation: str, whose: Memory, number: int) -> Against:
        before = texts[whose.id, number]
        return Against(relation, whose, before, compare(mask.content(before)[0], said))

    beside = []
    if review.first_version:
        beside.append(against("first", memory, review.first_version))
    elif memory.version < review.version and not memory.is_held:
        beside.append(against("in_force", memory, memory.version))
    if other is not None:
        relation = "contradicted" if review.contradicts_id else "nearest"
        beside.append(against(relation, other, other.version))
    return version, beside


def readers_of(actor: Actor, memory: Memory) -> list[Reader]:
    """Who recalled it, those who did so last first; of the latest reads only."""
    if not actor.may(Permission.TRACES_READ):
        return []
    reads = MemoryAccess.objects.filter(memory_id=str(memory.id), access=AccessKind.READ)
    readers: dict[str, Reader] = {}
    for agent, at in reads.order_by("-at").values_list("agent", "at")[:MOST_READS]:
        known = readers.get(agent, Reader(agent, 0, at))
        readers[agent] = Reader(agent, known.times + 1, known.last_at)
    return list(readers.values())[:MOST_READERS]

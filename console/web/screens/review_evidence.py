"""What speaks for and against an item: what was found, what it is compared with, who used it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.models import AccessKind, MemoryAccess
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.web.forms.review import Choices
from console.web.masking import Mask
from console.web.screens.versions import versions_by_number
from console.web.text import Change, compare, excerpt
from memory.access import visible_memories
from memory.models import Memory, MemoryVersion, ReviewItem, State, Visibility
from memory.reviews.decisions import Decision
from memory.reviews.likeness import nearest_in_force
from memory.reviews.restoring import earlier_in_force

NONE = UUID(int=0)  # no row has it
TONES = {"quarantine": "danger", "review": "warn", "note": "info"}
MOST_READS = 200
MOST_READERS = 5
MOST_TARGETS = 4
MOST_EARLIER = 5


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
class Compared:
    """`version` is under review.

    `targets` are what it could be merged into, the nearest first, and what was in force before and
    could be said again, the latest first.
    """

    version: MemoryVersion
    against: list[Against]
    targets: dict[Decision, Choices]


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


def compared(actor: Actor, review: ReviewItem, mask: Mask) -> Compared:
    memory = review.memory
    other_id = review.contradicts_id or nearest_in_force(memory)
    others = list(_others(actor, memory, other_id)) if review.is_open or other_id else []
    other = next((one for one in others if one.id == other_id), None)
    wanted = [(memory.id, n) for n in (review.version, memory.version, review.first_version) if n]
    earlier = [(memory.id, number) for number in earlier_in_force(review)[:MOST_EARLIER]]
    texts = versions_by_number(wanted + earlier + [(one.id, one.version) for one in others])
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
    moment = now()
    into = [
        (str(one.id), _line(texts[one.id, one.version]))
        for one in others
        if one.state_at(moment) is State.ACTIVE
    ]
    again = [
        (str(number), f"Version {number}: {_line(texts[of, number])}")
        for of, number in earlier
        if not texts[of, number].opened.is_erased
    ]
    return Compared(version, beside, {Decision.MERGE: into, Decision.RESTORE: again})


def targets_of(actor: Actor, review: ReviewItem, decision: Decision) -> Choices:
    """Those that were offered: the action says whether one will do."""
    if decision not in {Decision.MERGE, Decision.RESTORE}:
        return []
    return compared(actor, review, Mask()).targets[decision]


def _line(version: MemoryVersion) -> str:
    return excerpt(Mask().content(version)[0], 120)


def _others(actor: Actor, memory: Memory, nearest: UUID | None) -> Iterator[Memory]:
    """The one it is laid beside, then others in force about the same person or place."""
    visible = visible_memories(actor)
    if nearest is not None:
        yield from visible.filter(id=nearest)
    alike = (visible & Memory.objects.in_force(now())).filter(subject_id=memory.subject_id)
    if memory.subject_id is None:
        alike = alike.filter(namespace=memory.namespace)
    alike = alike.exclude(id__in=[memory.id, nearest or NONE]).exclude(visibility=Visibility.AGENT)
    yield from alike.order_by("-id")[:MOST_TARGETS]


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

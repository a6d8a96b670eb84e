"""The memories that a step touched: what each said then, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.models import AccessKind
from audit.timelines.memory_mark import MemoryMark
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.web.masking import Mask
from console.web.screens.memory_then import A_MOMENT
from console.web.screens.versions import versions_by_number
from console.web.text import excerpt
from memory.access import visible_memories, visible_numbers
from memory.models import HELD_STATES, Memory, MemoryTransition, MemoryVersion, State
from memory.retrieval.history import steps_at

MOST_SHOWN = 50
EXCERPT = 280


@dataclass(frozen=True, slots=True)
class Touched:
    """`memory` is None for one of another store, gone, or not for this actor.

    `then` is None where it was not there yet. `text` is masked; blank where `is_erased` or where
    the version touched is not for this actor.
    """

    mark: MemoryMark
    memory: Memory | None = None
    version: int | None = None
    text: str = ""
    is_erased: bool = False
    then: State | None = None
    now: State | None = None
    since: datetime | None = None

    @property
    def is_read(self) -> bool:
        return self.mark.access == AccessKind.READ

    @property
    def moment(self) -> datetime:
        """For an address, which tells milliseconds."""
        return self.mark.at + A_MOMENT

    @property
    def is_revised(self) -> bool:
        return self.memory is not None and (self.version or 0) < self.memory.version

    @property
    def has_turned(self) -> bool:
        """It could be recalled then, and cannot now."""
        return self.then is State.ACTIVE and self.now is not State.ACTIVE


def touched_by(
    actor: Actor, marks: Sequence[MemoryMark], mask: Mask, *, most: int = MOST_SHOWN
) -> list[Touched]:
    """The first of them, by a fixed number of queries."""
    ids = {mark: memory_id_of(mark) for mark in marks[:most]}
    wanted = {memory_id for memory_id in ids.values() if memory_id}
    known = {one.id: one for one in visible_memories(actor).filter(id__in=wanted)} if wanted else {}
    seen = [(mark, known[i]) for mark, i in ids.items() if i in known]
    moment = now()
    past = steps_at([(memory.id, mark.at) for mark, memory in seen])
    latest = steps_at([(memory_id, moment) for memory_id in known])
    entered = {step.memory_id: step.at for step in latest if step}
    steps = dict(zip((mark for mark, _ in seen), past, strict=True))
    numbers = {
        mark: (memory.id, number) for mark, memory in seen if (number := _number(mark, steps[mark]))
    }
    texts = versions_by_number(visible_numbers(actor, set(numbers.values())))
    sees_held = actor.may(Permission.MEMORY_READ_HELD)
    touched = {
        mark: Touched(
            mark,
            memory,
            **_said(texts.get(numbers[mark]) if mark in numbers else None, mask),
            then=_state(steps[mark], mark.at, sees_held=sees_held),
            now=memory.state_at(moment),
            since=entered.get(memory.id),
        )
        for mark, memory in seen
    }
    return [touched.get(mark) or Touched(mark) for mark in ids]


def memory_id_of(mark: MemoryMark) -> UUID | None:
    """Another store's record id need not be a UUID; then nothing here has it."""
    try:
        return UUID(mark.memory_id)
    except ValueError:
        return None


def _said(version: MemoryVersion | None, mask: Mask) -> dict[str, Any]:
    if version is None:
        return {}
    text = excerpt(mask.content(version)[0], EXCERPT)
    return {"version": version.number, "text": text, "is_erased": version.opened.is_erased}


def _number(mark: MemoryMark, step: MemoryTransition | None) -> int | None:
    """What a span claims to have touched names no version: it was the one of the moment."""
    if mark.version is not None:
        return mark.version
    return step.version if step else None


def _state(step: MemoryTransition | None, at: datetime, *, sees_held: bool) -> State | None:
    if step is None or (step.state in HELD_STATES and not sees_held):
        return None
    lapsed = step.state == State.ACTIVE and step.expires_at is not None and step.expires_at <= at
    return State.EXPIRED if lapsed else State(step.state)

"""What is told of an influence besides its ids: the memories as they are, and whose they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from console.accounts.models import Subject
from memory.influence.origins import as_uuid
from memory.influence.quarantined import CAN_QUARANTINE
from memory.influence.reached import Influence, Reached
from memory.models import Memory


@dataclass(frozen=True, slots=True)
class ToldMemory:
    """`memory` is None for a record of another store, which only spans tell of."""

    reached: Reached
    memory: Memory | None


@dataclass(frozen=True, slots=True)
class Told:
    """`memories` by level, those it started from first. `agents` recalled or wrote any of it.

    `subjects` are whom these memories are about, and whom the runs were about that recalled them.
    """

    influence: Influence
    memories: tuple[ToldMemory, ...]
    subjects: tuple[Subject, ...]
    agents: tuple[str, ...]

    @property
    def derived(self) -> list[ToldMemory]:
        return [one for one in self.memories if one.reached.level > 0]

    def can_be_quarantined(self) -> list[UUID]:
        """The nearest to where it starts first."""
        return [
            one.memory.id
            for one in self.memories
            if one.memory is not None and one.memory.state in CAN_QUARANTINE
        ]

    @property
    def roots(self) -> list[ToldMemory]:
        return [one for one in self.memories if one.reached.level == 0]


def told_of(influence: Influence) -> Told:
    """Two statements. Whoever may not see a memory was not led to it (`spread.follow`)."""
    memories = _ours(influence.memories)
    told = tuple(
        ToldMemory(one, memories.get(one.memory_id))
        for one in sorted(influence.memories.values(), key=lambda one: (one.level, one.since))
    )
    about = {one.subject_id for one in memories.values() if one.subject_id is not None}
    subjects = Subject.objects.filter(id__in=about | influence.subject_ids)
    writers = {one.agent for one in influence.derived if one.agent}
    return Told(
        influence,
        told,
        tuple(subjects.order_by("external_id")),
        tuple(sorted(writers | {name for name in influence.readers if name})),
    )


def _ours(ids: Iterable[str]) -> dict[str, Memory]:
    parsed: set[UUID] = {known for one in ids if (known := as_uuid(one))}
    found = Memory.objects.select_related("subject", "agent").filter(id__in=parsed)
    return {str(memory.id): memory for memory in found}

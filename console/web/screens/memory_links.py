"""What a memory stands in connection with: made from, took the place of, contradicts."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from console.accounts.actor import Actor
from console.platform.clock import now
from console.web.screens.memory_rows import MemoryRow, memory_rows
from memory.access import visible_memories, visible_reviews
from memory.lineage import derived_from
from memory.models import Memory, MemoryVersion

NONE = UUID(int=0)  # no row has it
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class MemoryLinks:
    """Each at most MOST_SHOWN, of what the actor may see."""

    sources: list[MemoryRow]
    derived: list[MemoryRow]
    supersedes: list[MemoryRow]
    superseded_by: list[MemoryRow]
    contradicts: list[MemoryRow]

    def __len__(self) -> int:
        return len(
            self.sources + self.derived + self.supersedes + self.superseded_by + self.contradicts
        )

    @property
    def groups(self) -> list[tuple[str, list[MemoryRow]]]:
        named = [
            ("Made from", self.sources),
            ("Made from it", self.derived),
            ("Took the place of", self.supersedes),
            ("Replaced by", self.superseded_by),
            ("Says otherwise", self.contradicts),
        ]
        return [(title, rows) for title, rows in named if rows]


def links_of(actor: Actor, memory: Memory, version: MemoryVersion) -> MemoryLinks:
    others = visible_memories(actor).exclude(id=memory.id)
    derived = derived_from([memory.id]).values("id")
    earlier = [*memory.replaces, memory.supersedes_id or NONE]
    found = {
        "sources": others.filter(id__in=version.derived_from),
        "derived": others.filter(id__in=derived),
        "supersedes": others.filter(id__in=earlier),
        "merged_into": others.filter(id__in=derived, replaces__contains=[memory.id]),
        "superseded_by": others.filter(supersedes_id=memory.id),
        "contradicts": others.filter(_says_otherwise(actor, memory)),
    }
    shown = {name: _newest(memories) for name, memories in found.items()}
    # Asked apart, so that an index serves each: named by one memory, or merged into one.
    replaced = {one.id: one for one in shown.pop("merged_into") + shown["superseded_by"]}
    shown["superseded_by"] = list(replaced.values())
    rows = {row.memory.id: row for row in memory_rows(_once(shown))}
    return MemoryLinks(**{name: [rows[one.id] for one in of_it] for name, of_it in shown.items()})


def _says_otherwise(actor: Actor, memory: Memory) -> Q:
    """In force at the same place with other words, or so found when one of them was written."""
    reviews = visible_reviews(actor)
    accused = reviews.filter(memory_id=memory.id, contradicts_id__isnull=False)
    accusing = reviews.filter(contradicts_id=memory.id)
    named = [
        *accused.values_list("contradicts_id", flat=True)[:MOST_SHOWN],
        *accusing.values_list("memory_id", flat=True)[:MOST_SHOWN],
    ]
    otherwise = Q(id__in=named)
    if memory.key:
        beside = (
            Memory.objects.in_force(now())
            .filter(subject_id=memory.subject_id, key=memory.key, namespace=list(memory.namespace))
            .exclude(content_digest=memory.content_digest)
        )
        otherwise |= Q(id__in=list(beside.values_list("id", flat=True)[:MOST_SHOWN]))
    return otherwise


def _newest(memories: QuerySet[Memory]) -> list[Memory]:
    return list(memories.order_by("-id")[:MOST_SHOWN])


def _once(shown: dict[str, list[Memory]]) -> list[Memory]:
    return list({one.id: one for of_it in shown.values() for one in of_it}.values())

"""Which memories a list shows, and their texts in one query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from console.accounts.actor import Actor
from memory.access import visible_memories
from memory.browsing import in_state
from memory.models import Memory, MemoryVersion, State
from memory.retrieval.narrowing import satisfying
from memory.sealing import open_versions

GONE = [State.RETIRED, State.ERASED]
# Query parameter to column; what needs more than equality is below.
COLUMNS = {
    "agent": "agent_id",
    "key": "key",
    "kind": "kind",
    "subject": "subject__external_id",
    "tier": "tier",
}


def listed_memories(actor: Actor, asked: dict[str, Any], *, at: datetime) -> QuerySet[Memory]:
    memories = visible_memories(actor).exclude(state__in=GONE)
    namespace = asked.get("namespace")
    if namespace:
        memories = memories.filter(**{f"namespace__0_{len(namespace)}": namespace})
    if "state" in asked:
        memories = memories.filter(in_state(State(asked["state"]), at=at))
    if "filter" in asked:
        memories = memories.filter(satisfying(asked["filter"]))
    return memories.filter(
        **{column: asked[name] for name, column in COLUMNS.items() if name in asked}
    )


def texts_of(memories: Sequence[Memory]) -> dict[UUID, MemoryVersion]:
    """The version that each memory's row names, opened."""
    ids = [memory.id for memory in memories]
    versions = MemoryVersion.objects.filter(memory_id__in=ids, number=F("memory__version"))
    return {version.memory_id: version for version in open_versions(versions)}

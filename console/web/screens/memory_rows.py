"""Memories in a list, each in a line."""

from dataclasses import dataclass
from datetime import datetime

from console.platform.clock import now
from console.web.masking import Mask
from console.web.screens.versions import versions_by_number
from console.web.text import excerpt
from memory.models import Memory, State

EXCERPT = 160


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A memory as it is, or was. Personal data in `excerpt` is masked.

    `why` a search found it; `recallable` is of then.
    """

    memory: Memory
    state: State
    excerpt: str
    expires_at: datetime | None
    why: str = ""
    recallable: bool | None = None


def memory_rows(memories: list[Memory]) -> list[MemoryRow]:
    texts = versions_by_number((memory.id, memory.version) for memory in memories)
    mask = Mask()
    moment = now()
    return [
        MemoryRow(
            memory,
            memory.state_at(moment),
            excerpt(mask.content(texts[memory.id, memory.version])[0], EXCERPT),
            memory.expires_at,
        )
        for memory in memories
    ]

from dataclasses import dataclass

from audit.models import AccessKind, AccessSource, MemoryAccess


@dataclass(frozen=True, slots=True)
class MemoryMark:
    """A memory that a step touched, and who says so."""

    memory_id: str
    access: AccessKind
    source: AccessSource
    version: int | None
    rank: int | None
    score: float | None
    store: str
    purpose: str


def mark_of(access: MemoryAccess) -> MemoryMark:
    return MemoryMark(
        memory_id=access.memory_id,
        access=AccessKind(access.access),
        source=AccessSource(access.source),
        version=access.version,
        rank=access.rank,
        score=access.score,
        store=access.store,
        purpose=access.purpose,
    )

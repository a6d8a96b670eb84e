"""Which step touched which memory: rows written with the access itself, and joined to spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from audit.models.memory_access import AccessKind, AccessSource, MemoryAccess
from console.accounts.actor import Actor
from console.platform.clock import now
from console.platform.requests import current_request


@dataclass(frozen=True, slots=True)
class Access:
    """`rank` counts from 1 in the order a recall answered; `score` is its fused score."""

    memory_id: UUID
    version: int
    rank: int | None = None
    score: float | None = None


def record_accesses(
    *,
    actor: Actor,
    accesses: Sequence[Access],
    kind: AccessKind = AccessKind.READ,
    purpose: str = "",
) -> None:
    """Records what our own API served, in the span the request came from; one statement."""
    if not accesses:
        return
    trace = current_request().trace
    moment = now()
    MemoryAccess.objects.bulk_create(
        MemoryAccess(
            at=moment,
            memory_id=str(access.memory_id),
            version=access.version,
            rank=access.rank,
            score=access.score,
            access=kind,
            source=AccessSource.API,
            trace_id=trace.trace_id if trace else None,
            span_id=trace.span_id if trace else None,
            agent=actor.label,
            purpose=purpose,
        )
        for access in accesses
    )

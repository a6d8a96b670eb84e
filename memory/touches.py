"""Telling the access log which memories the request at hand touched, in the caller's span."""

from collections.abc import Iterable
from uuid import UUID

from audit.models import AccessKind
from audit.provenance import Access, record_accesses
from console.accounts.actor import Actor
from console.platform.requests import current_request
from memory.retrieval.query import Hit


def record_recall(*, actor: Actor, hits: Iterable[Hit], purpose: str) -> None:
    request = current_request()
    trace = request.trace
    record_accesses(
        [
            Access(
                memory_id=str(hit.memory.id),
                access=AccessKind.READ,
                version=hit.version.number,
                rank=position,
                score=hit.scores.fused,
                trace_id=trace.trace_id if trace else None,
                span_id=trace.span_id if trace else None,
                agent=actor.label,
                purpose=purpose,
                request_id=request.id,
            )
            for position, hit in enumerate(hits, start=1)
        ]
    )


def record_touch(*, actor: Actor, memory_id: UUID, version: int, access: AccessKind) -> None:
    record_touches([(memory_id, version)], actor=actor, access=access)


def record_touches(
    touched: Iterable[tuple[UUID, int]], *, actor: Actor, access: AccessKind, purpose: str = ""
) -> None:
    """`touched` are memories and their versions. One statement."""
    request = current_request()
    trace = request.trace
    record_accesses(
        [
            Access(
                memory_id=str(memory_id),
                access=access,
                version=version,
                trace_id=trace.trace_id if trace else None,
                span_id=trace.span_id if trace else None,
                agent=actor.label,
                purpose=purpose,
                request_id=request.id,
            )
            for memory_id, version in touched
        ]
    )

"""How a memory changes state: the row, the transition and the recall index, together.

Called by actions only, inside their transaction.
"""

from datetime import datetime

from django.db.models import Max

from console.accounts.actor import Actor
from console.platform.clock import now
from console.platform.errors import StaleVersionError
from console.platform.requests import current_request
from memory.models import Memory, MemoryTransition, MemoryVersion, State
from memory.retrieval.index import refresh_index
from memory.screening import Finding
from memory.writes import Write, content_digest


def lock(memory: Memory) -> Memory:
    """The memory as it is now, held until commit, so that two deciders queue up."""
    return Memory.objects.select_for_update(of=("self",)).get(id=memory.id)


def version_of(memory: Memory, number: int | None = None) -> MemoryVersion:
    wanted = memory.version if number is None else number
    return MemoryVersion.objects.get(memory_id=memory.id, number=wanted)


def append_version(
    *,
    actor: Actor,
    memory: Memory,
    write: Write,
    findings: list[Finding],
    number: int | None = None,
) -> MemoryVersion:
    """The next version, by this actor, in the span the request came from."""
    trace = current_request().trace
    return MemoryVersion.objects.create(
        memory_id=memory.id,
        number=number or _newest_number(memory) + 1,
        content=write.content,
        value=write.value,
        metadata=write.metadata,
        confidence=write.confidence,
        source=write.source,
        valid_from=write.valid_from,
        valid_to=write.valid_to,
        derived_from=list(write.derived_from),
        content_sha256=content_digest(write.content, write.value),
        findings=[finding.as_json() for finding in findings],
        author_kind=actor.kind,
        author_id=actor.id,
        author_label=actor.label[:200],
        api_key_id=actor.api_key_id,
        trace_id=trace.trace_id if trace else None,
        span_id=trace.span_id if trace else None,
    )


def _newest_number(memory: Memory) -> int:
    numbers = MemoryVersion.objects.filter(memory_id=memory.id)
    newest: int = numbers.aggregate(newest=Max("number"))["newest"]
    return newest


def enter(
    *,
    actor: Actor,
    memory: Memory,
    state: State,
    version: MemoryVersion | None = None,
    expires_at: datetime | None = None,
    reason: str = "",
) -> Memory:
    """Puts a memory into `state`, at `version` if given. Raises StaleVersionError on a race."""
    in_force = version or version_of(memory)
    moment = now()
    changes = {
        "state": state,
        "version": in_force.number,
        "metadata": in_force.metadata,
        "confidence": in_force.confidence,
        "valid_from": in_force.valid_from,
        "valid_to": in_force.valid_to,
        "expires_at": expires_at or memory.expires_at,
        "updated_at": moment,
    }
    # Two writers at once must not silently drop one change.
    changed = Memory.objects.filter(id=memory.id, version=memory.version, state=memory.state)
    if not changed.update(**changes):
        raise StaleVersionError
    for name, value in changes.items():
        setattr(memory, name, value)
    record_transition(actor=actor, memory=memory, reason=reason)
    refresh_index(memory, in_force)
    return memory


def record_transition(*, actor: Actor, memory: Memory, reason: str = "") -> None:
    MemoryTransition.objects.create(
        memory_id=memory.id,
        state=memory.state,
        version=memory.version,
        expires_at=memory.expires_at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        reason=reason[:60],
    )

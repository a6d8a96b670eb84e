from collections.abc import Collection
from uuid import UUID

from audit.trail import Changes, audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import WrongStateError
from memory.holds import is_held
from memory.lifecycle import enter, lock, lock_all, store_all
from memory.models import Memory, ReviewStatus, State
from memory.reviews.closing import close_all_reviews, close_reviews

CAN_EXPIRE = frozenset({State.ACTIVE, State.PENDING, State.QUARANTINED})


@audited("memory.expired")
def expire_memories(*, actor: Actor, memory_ids: Collection[UUID], reason: str) -> Changes[Memory]:
    """Ends those of the memories that are active and under no legal hold, whatever their number."""
    actor.require(Permission.MEMORY_EXPIRE)
    ended: Changes[Memory] = Changes()
    active = Memory.objects.filter(~is_held(), id__in=memory_ids, state=State.ACTIVE)
    memories = lock_all(active)
    moment = now()
    closed = close_all_reviews(memories, status=ReviewStatus.EXPIRED)
    for memory in memories:
        memory.state = State.EXPIRED
        # A sweep notes when the memory really ended, not when the sweep came by.
        memory.expires_at = min(memory.expires_at or moment, moment)
        memory.updated_at = moment
        notes: dict[str, object] = {"version": memory.version, "was": State.ACTIVE}
        if memory.id in closed:
            notes["reviews_closed"] = closed[memory.id]
        ended.add(memory, notes)
    store_all(memories, actor=actor, reason=reason)
    return ended


@audited("memory.expired")
def expire_memory(*, actor: Actor, memory: Memory, reason: str, comment: str = "") -> Memory:
    """Ends a memory's life now: it stays readable as history and is recalled no more."""
    actor.require(Permission.MEMORY_EXPIRE)
    memory = lock(memory)
    if memory.state not in CAN_EXPIRE:
        raise WrongStateError(f"The memory is already {memory.state}.")
    note(version=memory.version, was=memory.state)
    close_reviews(memory, status=ReviewStatus.EXPIRED)
    # A sweep notes when the memory really ended, not when the sweep came by.
    ended = min(memory.expires_at or now(), now())
    return enter(actor=actor, memory=memory, state=State.EXPIRED, expires_at=ended, reason=reason)

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import WrongStateError
from memory.lifecycle import enter, lock
from memory.models import Memory, ReviewStatus, State
from memory.reviews.closing import close_reviews

CAN_EXPIRE = frozenset({State.ACTIVE, State.PENDING, State.QUARANTINED})


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

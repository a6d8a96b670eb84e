"""Memories between tiers: up because they are used, down because they are not."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from memory.keeping.tiers import Move
from memory.lifecycle import lock_all, store_all
from memory.models import Memory, State
from memory.policies import policy_in_force


@audited("memory.promoted")
def promote_memories(*, actor: Actor, moves: Sequence[Move], reason: str) -> Changes[Memory]:
    """Up to a tier that lasts. A memory whose life policy granted lives as long as that tier's."""
    return _move(moves, actor=actor, reason=reason)


@audited("memory.demoted")
def demote_memories(*, actor: Actor, moves: Sequence[Move], reason: str) -> Changes[Memory]:
    """Down to the archive: still recalled, and then promoted again."""
    return _move(moves, actor=actor, reason=reason)


def _move(moves: Sequence[Move], *, actor: Actor, reason: str) -> Changes[Memory]:
    """Of each only if it is still active in the tier the move starts from: compare and set."""
    actor.require(Permission.MEMORY_WRITE)
    moved: Changes[Memory] = Changes()
    moment = now()
    wanted = {move.memory_id: move for move in moves}
    memories = []
    for memory in lock_all(Memory.objects.filter(id__in=list(wanted), state=State.ACTIVE)):
        move = wanted[memory.id]
        if memory.tier != move.before:
            continue
        memory.tier = move.after
        memory.updated_at = moment
        _live_as(memory, at=moment)
        memories.append(memory)
        moved.add(memory, {"from": move.before, "to": move.after, "version": memory.version})
    store_all(memories, actor=actor, reason=reason)
    return moved


def _live_as(memory: Memory, *, at: datetime) -> None:
    """The life policy grants its tier, never a shorter one. An end that somebody chose stays."""
    if memory.ttl is None or memory.expires_at is None:
        return
    granted = policy_in_force().policy.lifetimes.of(kind=memory.kind, tier=memory.tier)
    if granted > timedelta(seconds=memory.ttl):
        memory.ttl = int(granted.total_seconds())
        memory.expires_at = max(memory.expires_at, at + granted)

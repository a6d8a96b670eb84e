from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from memory.keeping.rules import LifecycleRules
from memory.lifecycle import lock_all, store_all
from memory.models import Memory, State


@audited("memory.refreshed")
def refresh_memories(
    *, actor: Actor, memory_ids: Collection[UUID], rules: LifecycleRules
) -> Changes[Memory]:
    """Gives recalled memories near their end their life anew, none past the cap.

    Asks again of each, under its lock, what made it due: done twice, it refreshes once.
    """
    actor.require(Permission.MEMORY_WRITE)
    refreshed: Changes[Memory] = Changes()
    moment = now()
    cap = timedelta(days=rules.refresh_cap_days)
    memories = []
    due = Memory.objects.filter(id__in=memory_ids, state=State.ACTIVE, expires_at__gt=moment)
    for memory in lock_all(due):
        if memory.ttl is None or memory.expires_at is None:
            continue
        life = timedelta(seconds=memory.ttl)
        if memory.expires_at - moment >= life * rules.refresh_share:
            continue
        ends = min(moment + life, memory.created_at + cap)
        if ends <= memory.expires_at:
            continue
        before, memory.expires_at = memory.expires_at, ends
        memories.append(memory)
        refreshed.add(memory, {"expired_at": before.isoformat(), "expires_at": ends.isoformat()})
    store_all(memories, actor=actor, reason="recalled")
    return refreshed

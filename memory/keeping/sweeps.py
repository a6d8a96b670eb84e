"""What sweeps do to one tenant, in batches, each a transaction of its own.

A batch claims rows with SKIP LOCKED and asks again under the lock: two sweeps at once, or one run
twice, do each thing once.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar
from uuid import UUID

from console.accounts.actor import system_actor
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions.expire import expire_memories
from memory.actions.move import demote_memories, promote_memories
from memory.actions.refresh import refresh_memories
from memory.actions.renew import ask_for_renewal
from memory.holds import is_held
from memory.keeping.decay import surplus_memories
from memory.keeping.refresh import due_for_refresh
from memory.keeping.renewals import due_for_renewal
from memory.keeping.setting import rules_in_force
from memory.keeping.tiers import Move, due_moves
from memory.models import Memory, State, Tier

T = TypeVar("T")

BATCH = 200


def expire_due(tenant_id: UUID) -> int:
    """Records the end of what is past its expiry. One under a legal hold waits for its release."""

    def due() -> list[UUID]:
        past = Memory.objects.filter(~is_held(), state=State.ACTIVE, expires_at__lte=now())
        return list(past.order_by("expires_at").values_list("id", flat=True)[:BATCH])

    def end(ids: Sequence[UUID]) -> int:
        actor = system_actor(tenant_id, "expire_due")
        return len(expire_memories(actor=actor, memory_ids=ids, reason="ttl").changed)

    return _until_done(tenant_id, due, end)


def evict_surplus(tenant_id: UUID) -> int:
    def surplus() -> list[UUID]:
        return [one.memory_id for one in surplus_memories(at=now(), rules=rules_in_force())]

    def evict(ids: Sequence[UUID]) -> int:
        actor = system_actor(tenant_id, "evict_memories")
        return len(expire_memories(actor=actor, memory_ids=ids, reason="evicted").changed)

    return _until_done(tenant_id, surplus, evict)


def refresh_recalled(tenant_id: UUID) -> int:
    def due() -> list[UUID]:
        return due_for_refresh(at=now(), rules=rules_in_force())

    def refresh(ids: Sequence[UUID]) -> int:
        actor = system_actor(tenant_id, "refresh_memories")
        refreshed = refresh_memories(actor=actor, memory_ids=ids, rules=rules_in_force())
        return len(refreshed.changed)

    return _until_done(tenant_id, due, refresh)


def move_tiers(tenant_id: UUID) -> int:
    def due() -> list[Move]:
        return sorted(due_moves(at=now(), rules=rules_in_force()), key=_alike)

    def move(moves: Sequence[Move]) -> int:
        actor, moved = system_actor(tenant_id, "move_memories"), 0
        for (goes_up, reason), group in groupby(moves, key=_alike):
            verb = promote_memories if goes_up else demote_memories
            moved += len(verb(actor=actor, moves=list(group), reason=reason).changed)
        return moved

    return _until_done(tenant_id, due, move)


def ask_for_renewals(tenant_id: UUID) -> int:
    with tenant_scope(tenant_id):
        endings = due_for_renewal(at=now(), rules=rules_in_force())
        actor = system_actor(tenant_id, "ask_for_renewals")
        return len(ask_for_renewal(actor=actor, endings=endings).changed)


def _alike(move: Move) -> tuple[bool, str]:
    return move.after is not Tier.ARCHIVAL, move.reason


def _until_done(
    tenant_id: UUID, due: Callable[[], Sequence[T]], act: Callable[[Sequence[T]], int]
) -> int:
    """How many were changed. Ends when nothing is due, or others hold all that is."""
    done = 0
    while True:
        with tenant_scope(tenant_id):
            waiting = due()
        changed = 0
        for batch in _batches(waiting):
            with tenant_scope(tenant_id):
                changed += act(batch)
        done += changed
        if not changed:
            return done


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))

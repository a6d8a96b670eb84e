from collections.abc import Collection
from uuid import UUID

from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from memory.holds import is_held
from memory.keeping.retention import past_retention
from memory.lifecycle import lock_all, store_all
from memory.models import Memory, MemoryFingerprint, MemoryVersion, SealedContent, State


@audited("memory.forgotten")
def forget_memories(*, actor: Actor, memory_ids: Collection[UUID]) -> Changes[Memory]:
    """Deletes the words of every version of those that were kept long enough and are not held."""
    actor.require(Permission.MEMORY_DELETE)
    forgotten: Changes[Memory] = Changes()
    memories = lock_all(past_retention().filter(~is_held(), id__in=memory_ids))
    ids = [memory.id for memory in memories]
    for memory in memories:
        forgotten.add(memory, {"version": memory.version, "was": memory.state})
        memory.state = State.ERASED
    # First the state: where a hold was placed meanwhile, the database refuses here.
    store_all(memories, actor=actor, reason="retention")
    versions = MemoryVersion.objects.filter(memory_id__in=ids).values_list("id", flat=True)
    SealedContent.objects.filter(id__in=list(versions)).delete()
    MemoryFingerprint.objects.filter(id__in=ids).delete()
    return forgotten

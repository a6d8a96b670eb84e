from collections.abc import Collection, Sequence
from uuid import UUID

from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from memory.lifecycle import lock_all, store_all
from memory.models import Memory, MemoryFingerprint, MemoryVersion, SealedContent, State
from memory.retention.due import WORDS, due
from memory.retention.rules import MemoryRule


@audited("memory.forgotten")
def forget_memories(
    *, actor: Actor, memory_ids: Collection[UUID], rules: Sequence[MemoryRule] = ()
) -> Changes[Memory]:
    """Deletes the words of every version of those that were kept long enough and are not held."""
    actor.require(Permission.MEMORY_DELETE)
    forgotten: Changes[Memory] = Changes()
    locked = lock_all(Memory.objects.filter(id__in=memory_ids))
    still = due(WORDS, rules, at=now(), most=len(locked), among=[one.id for one in locked])
    due_ids = {one.id for one in still}
    memories = [memory for memory in locked if memory.id in due_ids]
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

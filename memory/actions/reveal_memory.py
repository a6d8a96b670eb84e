from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from memory.models import Memory


@audited("memory.revealed", savepoint=False)
def reveal_memory(*, actor: Actor, memory: Memory) -> Memory:
    """Puts on record that somebody asked to see what the memory's pages mask."""
    actor.require(Permission.MEMORY_READ)
    note(version=memory.version)
    return memory

from audit.trail import audited, note
from console.accounts.actor import Actor
from memory.actions.doubt import doubt_derived
from memory.lifecycle import enter, lock
from memory.models import Memory, ReviewStatus, State
from memory.reviews import journal
from memory.reviews.closing import close_reviews


@audited("memory.superseded")
def supersede_memory(*, actor: Actor, memory: Memory, successor: Memory, reason: str) -> Memory:
    """Ends `memory` in favour of `successor`, which then names it."""
    memory = lock(memory)
    note(successor=str(successor.id), version=memory.version)
    close_reviews(memory, status=ReviewStatus.EXPIRED)
    enter(actor=actor, memory=memory, state=State.SUPERSEDED, reason=reason)
    journal.changing(successor)
    Memory.objects.filter(id=successor.id).update(supersedes_id=memory.id)
    doubt_derived(actor=actor, source=memory, ended="superseded", successor=successor)
    return memory

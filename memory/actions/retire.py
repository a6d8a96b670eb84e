from audit.models import AccessKind
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import WrongStateError
from memory.actions.doubt import doubt_derived
from memory.lifecycle import enter, lock
from memory.models import Memory, ReviewStatus, State
from memory.reviews.closing import close_reviews
from memory.touches import record_touch


@audited("memory.retired")
def retire_memory(*, actor: Actor, memory: Memory, reason: str, comment: str = "") -> Memory:
    """Deletes a memory: reviewers keep its history as evidence, nobody recalls or reads it.

    Erasing a person's data is another thing, with keys destroyed and a certificate.
    """
    actor.require(Permission.MEMORY_DELETE)
    memory = lock(memory)
    if memory.state == State.RETIRED:
        raise WrongStateError("The memory is deleted already.")
    note(version=memory.version, was=memory.state)
    close_reviews(memory, status=ReviewStatus.DELETED)
    record_touch(actor=actor, memory_id=memory.id, version=memory.version, access=AccessKind.DELETE)
    enter(actor=actor, memory=memory, state=State.RETIRED, reason=reason)
    doubt_derived(actor=actor, source=memory, ended="retired")
    return memory

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from memory.models import Memory, ReviewItem


@audited("memory.revealed", savepoint=False)
def reveal_personal_data(*, actor: Actor, review: ReviewItem) -> Memory:
    """Puts on record that somebody asked to see what screening keeps off the screen."""
    actor.require(Permission.MEMORY_READ_HELD)
    note(review_id=str(review.id), version=review.version)
    return review.memory

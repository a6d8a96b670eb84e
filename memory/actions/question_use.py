from collections.abc import Sequence

from audit.trail import Changes, audited
from console.accounts.actor import Actor
from memory.lifecycle import lock_all
from memory.models import Memory, ReviewItem, State
from memory.reviews.opening import item_about, open_items
from memory.usefulness import Doubt


@audited("review.opened")
def raise_doubts(*, actor: Actor, doubts: Sequence[Doubt]) -> Changes[ReviewItem]:
    """Asks people about memories in force. Each stays in force until somebody decides."""
    raised = {doubt.memory.id: doubt for doubt in doubts}
    active = lock_all(Memory.objects.filter(id__in=list(raised), state=State.ACTIVE))
    return open_items(
        [
            item_about(
                memory,
                raised[memory.id].kind,
                code=raised[memory.id].kind.value,
                detail=raised[memory.id].detail,
                risk=raised[memory.id].risk,
            )
            for memory in active
        ]
    )

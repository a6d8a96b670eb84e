from collections.abc import Sequence
from datetime import datetime, timedelta

from audit.trail import Changes, audited
from console.accounts.actor import Actor
from memory.keeping.renewals import WINDOW, Ending
from memory.lifecycle import lock_all
from memory.models import Memory, ReviewItem, ReviewKind, ReviewStatus, State
from memory.policies import policy_in_force
from memory.reviews.opening import item_about, open_items

RENEWAL_RISK = 0.2


@audited("review.opened")
def ask_for_renewal(*, actor: Actor, endings: Sequence[Ending]) -> Changes[ReviewItem]:
    """Asks a person whether memories near their end are worth keeping, once for each."""
    recalls = {ending.memory_id: ending.recalls for ending in endings}
    asked = ReviewItem.objects.filter(kind=ReviewKind.RENEWAL, status=ReviewStatus.OPEN)
    active = Memory.objects.filter(id__in=list(recalls), state=State.ACTIVE)
    memories = lock_all(active.exclude(id__in=asked.values("memory_id")))
    return open_items(
        [
            item_about(
                memory,
                ReviewKind.RENEWAL,
                code="ends_soon",
                detail=_why(memory, recalls[memory.id]),
                risk=RENEWAL_RISK + (memory.importance or 0) / 4,
            )
            for memory in memories
        ]
    )


def renewed_end(memory: Memory, *, at: datetime) -> tuple[datetime, int]:
    """The end of a renewed memory, and the seconds granted: those of its kind and tier."""
    granted = policy_in_force().policy.lifetimes.of(kind=memory.kind, tier=memory.tier)
    kept = max(granted, timedelta(seconds=memory.ttl or 0))
    return max(at + kept, memory.expires_at or at), int(kept.total_seconds())


def _why(memory: Memory, recalls: int) -> str:
    ends = f"It ends on {memory.expires_at:%Y-%m-%d}." if memory.expires_at else ""
    importance = f" Its importance is {memory.importance:g}." if memory.importance else ""
    times = "once" if recalls == 1 else f"{recalls} times"
    used = f" It was recalled {times} in {WINDOW.days} days." if recalls else ""
    return f"{ends}{importance}{used}".strip()

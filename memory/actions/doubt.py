from audit.trail import Changes, audited
from console.accounts.actor import Actor
from memory.lineage import derived_from
from memory.models import Memory, ReviewItem, ReviewKind, ReviewStatus, State
from memory.reviews.opening import item_about, open_items

DOUBT_RISK = 0.5
# Of one source. More would bury the queue; the rest still shows on the source's own page.
MOST_DOUBTS = 100


@audited("review.opened", savepoint=False)
def doubt_derived(
    *, actor: Actor, source: Memory, ended: str, successor: Memory | None = None
) -> Changes[ReviewItem]:
    """Asks a person about what was made from `source`, which may repeat what no longer holds.

    Only of its children: those of a child come when the child ends. The successor is no doubt of
    its own.
    """
    asked = ReviewItem.objects.filter(kind=ReviewKind.DOUBT, status=ReviewStatus.OPEN)
    doubted = derived_from([source.id]).filter(state=State.ACTIVE)
    doubted = doubted.exclude(id__in=asked.values("memory_id"))
    if successor is not None:
        doubted = doubted.exclude(id=successor.id)
    detail = f"It was made from {source.id}, which was {ended}: it may repeat what that said."
    return open_items(
        [
            item_about(
                memory, ReviewKind.DOUBT, code=f"source_{ended}", detail=detail, risk=DOUBT_RISK
            )
            for memory in doubted.order_by("id")[:MOST_DOUBTS]
        ]
    )

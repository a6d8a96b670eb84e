from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.platform.clock import now
from console.tenancy.rows import insert_rows
from memory.lifecycle import lock_all
from memory.models import (
    VERDICT_OF,
    Memory,
    Purpose,
    ReviewItem,
    ReviewKind,
    ReviewQueue,
    SecondOpinion,
    State,
)
from memory.reviews.opening import item_about, open_items
from memory.reviews.sampling import drawn_approvals, drawn_reviews

SAMPLE_RISK = 0.1  # nothing was found; it is looked at to know that nothing was missed


@audited("review.opened")
def sample_approvals(*, actor: Actor, queue: ReviewQueue) -> Changes[ReviewItem]:
    """Asks people about a share of what the policy let in. Each stays in force meanwhile."""
    drawn = drawn_approvals(queue, now())
    items = []
    for memory in lock_all(Memory.objects.filter(id__in=drawn, state=State.ACTIVE)):
        item = item_about(
            memory,
            ReviewKind.SAMPLE,
            code="sampled",
            detail="The policy let it in by itself; this one was drawn for a person to look at.",
            risk=SAMPLE_RISK,
        )
        item.queue = queue.name
        item.priority = 0
        items.append(item)
    return open_items(items)


@audited("opinion.asked")
def ask_second_opinions(*, actor: Actor, queue: ReviewQueue) -> Changes[SecondOpinion]:
    """Puts a share of the reviews decided in a queue before a second person, who decides blind."""
    asked: Changes[SecondOpinion] = Changes()
    drawn = drawn_reviews(queue, now(), statuses=[str(status) for status in VERDICT_OF])
    opinions = [SecondOpinion(review_id=one, purpose=Purpose.DOUBLE_BLIND) for one in drawn]
    insert_rows(opinions)
    for opinion in opinions:
        asked.add(opinion, {"review_id": str(opinion.review_id), "purpose": opinion.purpose})
    return asked

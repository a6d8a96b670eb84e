from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, OwnProposalError, WrongStateError
from memory.models import ReviewItem, ReviewSkip
from memory.policies.rule import Priority
from memory.reviews.claims import refuse_claimed_by_another
from memory.reviews.locking import lock_open_review
from memory.reviews.proposer import proposed
from memory.reviews.queues import queues_named
from memory.reviews.skipping import SkipReason

TWO_PEOPLE = 2


@audited("review.skipped", savepoint=False)
def skip_review(
    *, actor: Actor, review: ReviewItem, reason: SkipReason, comment: str = ""
) -> ReviewItem:
    """Leaves it to others: "next" brings it to this person no more. They may still open it.

    Raises ClaimedByAnotherError, WrongStateError.
    """
    actor.require(Permission.REVIEW_DECIDE)
    review = lock_open_review(review)
    refuse_claimed_by_another(actor, review)
    if review.skips.filter(skipped_by_id=actor.id).exists():
        raise WrongStateError("You have skipped this already.")
    ReviewSkip.objects.create(
        review_id=review.id,
        reason=reason,
        comment=comment,
        skipped_by_kind=actor.kind,
        skipped_by_id=actor.id,
        skipped_by_label=actor.label[:200],
    )
    review.claimed_until = None
    review.save(update_fields=["claimed_until"])
    note(memory_id=str(review.memory_id))
    return review


@audited("review.escalated", savepoint=False)
def escalate_review(
    *, actor: Actor, review: ReviewItem, comment: str, two_people: bool = False
) -> ReviewItem:
    """One priority up, due as soon as that one asks from now on, and past its agent's own line.

    With `two_people`, two must approve it. "Next" leaves it to others than who escalated it.
    Raises ClaimedByAnotherError, OwnProposalError, WrongStateError, InvalidInputError.
    """
    actor.require(Permission.REVIEW_DECIDE)
    if not comment.strip():
        raise InvalidInputError.on("note", "blank", "Say why it cannot wait.")
    review = lock_open_review(review)
    refuse_claimed_by_another(actor, review)
    if proposed(actor, review):
        raise OwnProposalError("You proposed this, or own the key that did: somebody else decides.")
    before, needed = review.priority, review.approvals_needed
    at = now()
    review.priority = min(before + 1, Priority.URGENT.rank)
    review.approvals_needed = max(needed, TWO_PEOPLE if two_people else 1)
    if review.escalated_at and (review.priority, review.approvals_needed) == (before, needed):
        raise WrongStateError("It is urgent already, and was escalated.")
    [queue] = queues_named([review.queue]).values()
    review.due_at = min(review.due_at, at + queue.sla(review.priority))
    review.ahead = 0
    review.escalated_at = at
    review.escalated_by_id = actor.id
    review.escalated_by_label = actor.label[:200]
    review.escalation_note = comment
    review.claimed_until = None
    review.save(
        update_fields=[
            "priority",
            "approvals_needed",
            "due_at",
            "ahead",
            "escalated_at",
            "escalated_by_id",
            "escalated_by_label",
            "escalation_note",
            "claimed_until",
        ]
    )
    names = list(Priority)
    note(
        memory_id=str(review.memory_id),
        before=names[before],
        after=names[review.priority],
        approvals_needed=review.approvals_needed,
    )
    return review

from uuid import UUID

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import OwnProposalError, StaleVersionError, WrongStateError
from console.tenancy.rows import insert_rows
from memory.actions.effects import quarantine, take_effect
from memory.actions.fold import fold
from memory.actions.reword import edited, restored
from memory.announcing import announce_decided
from memory.lifecycle import lock, version_of
from memory.models import (
    DecisionOutcome,
    MemoryVersion,
    ReviewDecision,
    ReviewItem,
    ReviewStatus,
)
from memory.reviews.approvals import approved_by, waits_for_another
from memory.reviews.claims import refuse_claimed_by_another
from memory.reviews.decisions import APPROVALS, OUTCOME_OF, REWORDINGS, Decision
from memory.reviews.journal import changing, journal_of
from memory.reviews.proposer import proposed

__all__ = ["Decision", "decide_review"]


@audited("review.approved")
def decide_review(
    *,
    actor: Actor,
    review: ReviewItem,
    decision: Decision,
    reason: str,
    comment: str = "",
    content: str | None = None,
    into: UUID | None = None,
    number: int | None = None,
    seen_digest: bytes | None = None,
    batch_id: UUID | None = None,
) -> ReviewItem:
    """Decides what waits for a person.

    `content` is the corrected text of an edit; of a merge, what the memory `into` says from then
    on, or nothing where that stays as it is. `number` is the version that a restoration repeats.
    Where several people must agree, all approvals but the last are kept and the review stays open,
    as it does in quarantine. `seen_digest` is the digest of what the reviewer looked at: another
    one makes the decision void. Raises OwnProposalError, WrongStateError, StaleVersionError,
    NotFoundError, InvalidInputError.
    """
    actor.require(Permission.REVIEW_DECIDE)
    memory = lock(review.memory)
    review = ReviewItem.objects.select_for_update(of=("self",)).get(id=review.id)
    version = version_of(memory, review.version)
    _refuse(actor, review, decision, version=version, seen_digest=seen_digest)
    outcome = OUTCOME_OF[decision]
    note(kind=f"review.{outcome}", memory_id=str(memory.id), version=version.number)
    with journal_of(review) as journal:
        changing(memory)
        if decision is Decision.EDIT:
            version = edited(actor=actor, memory=memory, version=version, content=content)
        elif decision is Decision.RESTORE:
            version = restored(actor=actor, memory=memory, number=number)
        if decision in REWORDINGS:
            _put_in_place(version, review=review)
        kept = _record(actor, review, outcome, reason=reason, comment=comment, batch_id=batch_id)
        if decision in APPROVALS and waits_for_another(actor, review):
            note(kind="review.endorsed", approvals_needed=review.approvals_needed)
        elif decision is Decision.QUARANTINE:
            quarantine(actor=actor, review=review, memory=memory, version=version, why=reason)
        else:
            if decision is Decision.MERGE:
                fold(actor=actor, review=review, memory=memory, into=into, content=content)
            else:
                take_effect(
                    decision,
                    actor=actor,
                    kind=review.kind,
                    memory=memory,
                    version=version,
                    why=reason,
                )
            review.status = ReviewStatus(outcome)
            review.closed_at = now()
            announce_decided(review, outcome=outcome, actor=actor, reason=reason)
        review.claimed_until = None  # where another must approve it too, they need not wait
        review.save(update_fields=["status", "closed_at", "claimed_until"])
        insert_rows([journal.effect_of(kept, left=review.status)])
    return review


def _refuse(
    actor: Actor,
    review: ReviewItem,
    decision: Decision,
    *,
    version: MemoryVersion,
    seen_digest: bytes | None,
) -> None:
    if not review.is_open:
        raise WrongStateError(f"This review is already {review.status}.")
    refuse_claimed_by_another(actor, review)
    if decision in APPROVALS and actor.id in approved_by(review):
        raise WrongStateError("You have approved this already: another person has to.")
    if proposed(actor, review):
        raise OwnProposalError("You proposed this, or own the key that did: somebody else decides.")
    if seen_digest is not None and seen_digest != bytes(version.content_digest):
        raise StaleVersionError("The text has changed since you looked at it. Look again.")


def _put_in_place(version: MemoryVersion, *, review: ReviewItem) -> None:
    """A reviewer's text is what is reviewed from here on: an approval of the old text is void."""
    review.first_version = review.first_version or review.version
    review.version = version.number
    review.content_digest = bytes(version.content_digest)
    review.save(update_fields=["version", "first_version", "content_digest"])
    note(edited_version=version.number)


def _record(
    actor: Actor,
    review: ReviewItem,
    outcome: DecisionOutcome,
    *,
    reason: str,
    comment: str,
    batch_id: UUID | None,
) -> ReviewDecision:
    """Before it takes effect: a closed review takes no decision, the database says so too."""
    decision = ReviewDecision(
        review_id=review.id,
        outcome=outcome,
        reason=reason,
        comment=comment,
        content_digest=bytes(review.content_digest),
        batch_id=batch_id,
        decided_by_kind=actor.kind,
        decided_by_id=actor.id,
        decided_by_label=actor.label[:200],
    )
    decision.save(force_insert=True)
    if batch_id is not None:
        note(batch_id=str(batch_id))
    return decision

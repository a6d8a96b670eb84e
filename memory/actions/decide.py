from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import (
    InvalidInputError,
    OwnProposalError,
    StaleVersionError,
    WrongStateError,
)
from memory.actions.doubt import doubt_derived
from memory.actions.expire import expire_memory
from memory.actions.renew import renewed_end
from memory.actions.retire import retire_memory
from memory.actions.supersede import supersede_memory
from memory.announcing import announce_decided
from memory.lifecycle import append_version, enter, lock, version_of
from memory.models import (
    ABOUT_IN_FORCE,
    Memory,
    MemoryVersion,
    ReviewDecision,
    ReviewItem,
    ReviewKind,
    ReviewStatus,
    State,
)
from memory.proposals import assess_correction
from memory.replacing import end_replaced
from memory.reviews.approvals import approved_by, waits_for_another
from memory.reviews.claims import refuse_claimed_by_another
from memory.reviews.closing import close_reviews
from memory.reviews.proposer import proposed
from memory.screening.contradiction import Place, contradicted, standing_at
from memory.writes import as_written


class Decision(StrEnum):
    APPROVE = "approve"
    EDIT = "edit_and_approve"
    REJECT = "reject"
    EXPIRE = "expire"
    DELETE = "delete"


APPROVALS = {Decision.APPROVE, Decision.EDIT}
# What a rejected, replaced or deleted memory was asked about has been closed with it.
WAITING = {State.PENDING, State.QUARANTINED}
STATUS_OF: dict[Decision, ReviewStatus] = {
    Decision.APPROVE: ReviewStatus.APPROVED,
    Decision.EDIT: ReviewStatus.EDITED,
    Decision.REJECT: ReviewStatus.REJECTED,
    Decision.EXPIRE: ReviewStatus.EXPIRED,
    Decision.DELETE: ReviewStatus.DELETED,
}


@audited("review.approved")
def decide_review(
    *,
    actor: Actor,
    review: ReviewItem,
    decision: Decision,
    reason: str,
    comment: str = "",
    content: str | None = None,
    seen_digest: bytes | None = None,
) -> ReviewItem:
    """Decides a held write. `content` is the corrected text of an edit.

    Where several people must agree, all approvals but the last are kept and the review stays open.
    `seen_digest` is the digest of what the reviewer looked at: another one makes the decision
    void. Raises OwnProposalError, WrongStateError, StaleVersionError, InvalidInputError.
    """
    actor.require(Permission.REVIEW_DECIDE)
    review = ReviewItem.objects.select_for_update(of=("self",)).get(id=review.id)
    if not review.is_open:
        raise WrongStateError(f"This review is already {review.status}.")
    refuse_claimed_by_another(actor, review)
    memory = lock(review.memory)
    version = version_of(memory, review.version)
    if decision in APPROVALS and actor.id in approved_by(review):
        raise WrongStateError("You have approved this already: another person has to.")
    if proposed(actor, review):
        raise OwnProposalError("You proposed this, or own the key that did: somebody else decides.")
    if seen_digest is not None and seen_digest != bytes(version.content_digest):
        raise StaleVersionError("The text has changed since you looked at it. Look again.")
    status = STATUS_OF[decision]
    note(kind=f"review.{status}", memory_id=str(memory.id), version=version.number)
    if decision is Decision.EDIT:
        version = _edited(actor=actor, memory=memory, version=version, content=content)
        note(edited_version=version.number)
        _put_in_place(version, review=review)
    if decision in APPROVALS and waits_for_another(actor, review):
        note(kind="review.endorsed", approvals_needed=review.approvals_needed)
    else:
        _take_effect(
            decision, actor=actor, kind=review.kind, memory=memory, version=version, why=reason
        )
        review.status = status
        review.closed_at = now()
        announce_decided(review, actor=actor, reason=reason)
    ReviewDecision.objects.create(
        review_id=review.id,
        outcome=status,
        reason=reason,
        comment=comment,
        content_digest=bytes(version.content_digest),
        decided_by_kind=actor.kind,
        decided_by_id=actor.id,
        decided_by_label=actor.label[:200],
    )
    review.claimed_until = None  # where another must approve it too, they need not wait
    review.save(
        update_fields=[
            "status",
            "closed_at",
            "version",
            "first_version",
            "content_digest",
            "claimed_until",
        ]
    )
    return review


def _put_in_place(version: MemoryVersion, *, review: ReviewItem) -> None:
    """A correction is what is reviewed from here on: an approval of the old text is void."""
    if review.approvals_needed > 1:
        review.first_version = review.first_version or review.version
        review.version = version.number
        review.content_digest = bytes(version.content_digest)


def _take_effect(
    decision: Decision,
    *,
    actor: Actor,
    kind: str,
    memory: Memory,
    version: MemoryVersion,
    why: str,
) -> None:
    doubted = kind == ReviewKind.SCREENED_ANEW and memory.state == State.ACTIVE
    if decision is Decision.APPROVE and (doubted or kind in ABOUT_IN_FORCE):
        version = version_of(memory)  # what was written since it was asked about is kept
    if decision in APPROVALS:
        if kind in ABOUT_IN_FORCE and memory.state in WAITING:
            raise WrongStateError(f"The memory is {memory.state}: decide upon that first.")
        if memory.state not in WAITING | {State.ACTIVE}:
            raise WrongStateError(f"The memory is {memory.state}: nothing is left to approve.")
        ends, ttl = _end_of_approved(memory, renews=kind == ReviewKind.RENEWAL, at=now())
        _supersede_contradicted(actor=actor, memory=memory, version=version)
        enter(
            actor=actor,
            memory=memory,
            state=State.ACTIVE,
            version=version,
            expires_at=ends,
            ttl=ttl,
            reason=why,
        )
        end_replaced(memory, actor=actor, reason="superseded")
    elif decision is Decision.REJECT:
        # A refused revision leaves the version in force alone, a refused renewal its end.
        if kind == ReviewKind.RENEWAL and memory.state == State.ACTIVE:
            return
        if memory.state in WAITING or version.number == memory.version:
            close_reviews(memory, status=ReviewStatus.REJECTED)
            enter(actor=actor, memory=memory, state=State.REJECTED, reason=why)
            doubt_derived(actor=actor, source=memory, ended="rejected")
    elif decision is Decision.EXPIRE:
        expire_memory(actor=actor, memory=memory, reason=why)
    else:
        retire_memory(actor=actor, memory=memory, reason=why)


def _end_of_approved(
    memory: Memory, *, renews: bool, at: datetime
) -> tuple[datetime | None, int | None]:
    """Its new end and the seconds granted, or none where it keeps the one it has.

    A granted life that passed while people decided begins when it takes effect; an end that
    somebody chose has come. Raises WrongStateError.
    """
    if renews:
        return renewed_end(memory, at=at)
    if memory.expires_at is None or memory.expires_at > at:
        return None, None
    if memory.state in WAITING and memory.ttl is not None:
        return renewed_end(memory, at=at)
    raise WrongStateError("The memory has reached its end: nothing is left to approve.")


def _supersede_contradicted(*, actor: Actor, memory: Memory, version: MemoryVersion) -> None:
    """What is approved replaces all that says otherwise at its place, whenever that came."""
    place = Place(memory.subject_id, tuple(memory.namespace), memory.key)
    digest = bytes(version.content_digest)
    standing = standing_at([place])[place]
    for earlier in contradicted(standing, digest=digest, beside=[memory.id]):
        supersede_memory(actor=actor, memory=earlier, successor=memory, reason="contradicted")


def _edited(
    *, actor: Actor, memory: Memory, version: MemoryVersion, content: str | None
) -> MemoryVersion:
    """The reviewer's correction as a version of its own: the author's text stays as it was."""
    if not content or not content.strip():
        raise InvalidInputError.on("content", "required", "Write the corrected text.")
    write = replace(as_written(memory, version), content=content)
    kept = assess_correction(actor=actor, memory=memory, write=write)
    return append_version(
        actor=actor,
        memory=memory,
        write=kept.write,
        findings=kept.findings,
        original=kept.original,
    )

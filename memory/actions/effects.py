"""What a decision does to the memory it is about."""

from datetime import datetime

from console.accounts.actor import Actor
from console.platform.clock import now
from console.platform.errors import WrongStateError
from memory.actions.doubt import doubt_derived
from memory.actions.expire import expire_memory
from memory.actions.renew import renewed_end
from memory.actions.retire import retire_memory
from memory.actions.supersede import supersede_memory
from memory.lifecycle import enter, version_of
from memory.models import (
    ABOUT_IN_FORCE,
    Memory,
    MemoryVersion,
    ReviewItem,
    ReviewKind,
    ReviewStatus,
    State,
)
from memory.replacing import end_replaced
from memory.reviews.closing import close_reviews
from memory.reviews.decisions import APPROVALS, Decision
from memory.screening.contradiction import Place, contradicted, standing_at

# What a rejected, replaced or deleted memory was asked about has been closed with it.
WAITING = frozenset({State.PENDING, State.QUARANTINED})


def take_effect(
    decision: Decision,
    *,
    actor: Actor,
    kind: str,
    memory: Memory,
    version: MemoryVersion,
    why: str,
) -> None:
    """What is approved comes into force, what is refused ends. Raises WrongStateError."""
    doubted = kind == ReviewKind.SCREENED_ANEW and memory.state == State.ACTIVE
    if decision is Decision.APPROVE and (doubted or kind in ABOUT_IN_FORCE):
        version = version_of(memory)  # what was written since it was asked about is kept
    if decision in APPROVALS:
        if kind in ABOUT_IN_FORCE and memory.state in WAITING:
            raise WrongStateError(f"The memory is {memory.state}: decide upon that first.")
        if memory.state not in WAITING | {State.ACTIVE}:
            raise WrongStateError(f"The memory is {memory.state}: nothing is left to approve.")
        ends, ttl = _end_of_approved(memory, renews=kind == ReviewKind.RENEWAL, at=now())
        supersede_contradicted(actor=actor, memory=memory, version=version)
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


def supersede_contradicted(*, actor: Actor, memory: Memory, version: MemoryVersion) -> None:
    """What is approved replaces all that says otherwise at its place, whenever that came."""
    place = Place(memory.subject_id, tuple(memory.namespace), memory.key)
    digest = bytes(version.content_digest)
    standing = standing_at([place])[place]
    for earlier in contradicted(standing, digest=digest, beside=[memory.id]):
        supersede_memory(actor=actor, memory=earlier, successor=memory, reason="contradicted")


def is_whole(review: ReviewItem, memory: Memory) -> bool:
    """Whether the memory itself is reviewed, and not a revision beside what is in force."""
    waits = memory.state in WAITING
    return waits or review.is_about_in_force or review.version == memory.version


def quarantine(
    *, actor: Actor, review: ReviewItem, memory: Memory, version: MemoryVersion, why: str
) -> None:
    """Keeps it from agents while somebody looks into it: the review stays open, as such.

    A revision is kept back already, and what is in force beside it stays. Raises WrongStateError.
    """
    whole = is_whole(review, memory)
    if (memory.state if whole else review.kind) in {State.QUARANTINED, ReviewKind.QUARANTINE}:
        raise WrongStateError("It is in quarantine already.")
    if whole and memory.state not in WAITING | {State.ACTIVE}:
        raise WrongStateError(f"The memory is {memory.state}: nothing is left to quarantine.")
    if whole:
        if review.is_about_in_force:
            version = version_of(memory)  # what was written since it was asked about
        enter(actor=actor, memory=memory, state=State.QUARANTINED, version=version, reason=why)
    review.first_kind = review.opened_as
    review.kind = ReviewKind.QUARANTINE
    review.version = version.number
    review.content_digest = bytes(version.content_digest)
    review.save(update_fields=["kind", "first_kind", "version", "content_digest"])

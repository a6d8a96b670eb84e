from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import (
    ConflictError,
    InvalidInputError,
    OwnProposalError,
    WrongStateError,
)
from memory.models import OPEN_ERASURES, ErasureRequest, ErasureStatus

# A month (GDPR, Article 12(3)), by the shortest that some months are not: nobody answers late by
# counting days.
ANSWER_WITHIN = timedelta(days=30)


@audited("erasure.received")
def receive_erasure(
    *,
    actor: Actor,
    subject: Subject,
    asked_by: str,
    identity_check: str,
    received_at: datetime | None = None,
    due_at: datetime | None = None,
) -> ErasureRequest:
    """Takes a request in; nothing is erased by that. Raises ConflictError while one is open."""
    actor.require(Permission.ERASURE_MANAGE)
    moment = now()
    received_at = received_at or moment
    due_at = due_at or received_at + ANSWER_WITHIN
    for field, said in (("asked_by", asked_by), ("identity_check", identity_check)):
        if not said.strip():
            raise InvalidInputError.on(field, "blank", "Say who asked, and how you know.")
    if received_at > moment:
        raise InvalidInputError.on("received_at", "in_the_future", "It has not come yet.")
    if due_at <= received_at:
        raise InvalidInputError.on("due_at", "ends_before_it_begins", "It is due after it came.")
    request = ErasureRequest(
        subject_id=subject.id,
        asked_by=asked_by,
        identity_check=identity_check,
        received_at=received_at,
        due_at=due_at,
        taken_in_by_kind=actor.kind,
        taken_in_by_id=actor.id,
        taken_in_by_label=actor.label[:200],
    )
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as error:  # of two at once, or after another, one is open
        raise ConflictError("A request about this subject is open already.") from error
    note(subject_id=str(subject.id), due_at=due_at.isoformat())
    return request


@audited("erasure.approved")
def approve_erasure(*, actor: Actor, request: ErasureRequest) -> ErasureRequest:
    """A second person agrees. Raises OwnProposalError, WrongStateError."""
    actor.require(Permission.ERASURE_MANAGE)
    request = lock_erasure(request, {ErasureStatus.RECEIVED})
    if actor.kind is not ActorKind.USER or actor.id == request.taken_in_by_id:
        raise OwnProposalError("Somebody else than who took it in must approve it.")
    request.status = ErasureStatus.APPROVED
    request.approved_at = now()
    request.approved_by_kind, request.approved_by_id = actor.kind, actor.id
    request.approved_by_label = actor.label[:200]
    request.save(force_update=True)
    note(subject_id=str(request.subject_id))
    return request


@audited("erasure.refused")
def refuse_erasure(*, actor: Actor, request: ErasureRequest, comment: str) -> ErasureRequest:
    """The person is owed the reason (GDPR, Article 12(4))."""
    return _end(request, ErasureStatus.REFUSED, actor=actor, comment=comment)


@audited("erasure.withdrawn")
def withdraw_erasure(*, actor: Actor, request: ErasureRequest, comment: str) -> ErasureRequest:
    """Whoever asked no longer does, or it was taken in by mistake."""
    return _end(request, ErasureStatus.WITHDRAWN, actor=actor, comment=comment)


def lock_erasure(request: ErasureRequest, expected: Collection[str]) -> ErasureRequest:
    """As it is now, held until commit. Raises WrongStateError."""
    request = ErasureRequest.objects.select_for_update(of=("self",)).get(id=request.id)
    if request.status not in expected:
        raise WrongStateError(f"This request is {request.get_status_display().lower()}.")
    return request


def close_erasure(
    request: ErasureRequest, status: ErasureStatus, *, actor: Actor, reason: str = ""
) -> None:
    request.status = status
    request.closed_at = now()
    request.closed_by_kind, request.closed_by_id = actor.kind, actor.id
    request.closed_by_label = actor.label[:200]
    request.close_reason = reason
    request.save(force_update=True)


def _end(
    request: ErasureRequest, status: ErasureStatus, *, actor: Actor, comment: str
) -> ErasureRequest:
    actor.require(Permission.ERASURE_MANAGE)
    if not comment.strip():
        raise InvalidInputError.on("reason", "blank", "Say why.")
    request = lock_erasure(request, OPEN_ERASURES)
    close_erasure(request, status, actor=actor, reason=comment)
    note(subject_id=str(request.subject_id))
    return request

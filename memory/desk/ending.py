"""How a request ends without being carried out."""

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError, NotFoundError
from memory.desk.moving import lock_for, move_request
from memory.models import Ground, RequestStatus, SubjectRequest


@audited("subject_request.refused")
def refuse_request(
    *, actor: Actor, request: SubjectRequest, comment: str, ground: str = Ground.OTHER
) -> SubjectRequest:
    """The person is owed the reason, and where to complain (GDPR, Article 12(4))."""
    actor.require(Permission.ERASURE_MANAGE)
    _said(comment)
    request = lock_for("refuse", request)
    note(subject_id=_subject(request), ground=Ground(ground).value)
    return move_request(
        request, RequestStatus.REFUSED, actor=actor, ground=ground, close_reason=comment
    )


@audited("subject_request.withdrawn")
def withdraw_request(*, actor: Actor, request: SubjectRequest, comment: str) -> SubjectRequest:
    """Whoever asked no longer does, or it was taken in by mistake."""
    actor.require(Permission.ERASURE_MANAGE)
    _said(comment)
    request = lock_for("withdraw", request)
    note(subject_id=_subject(request))
    return move_request(request, RequestStatus.WITHDRAWN, actor=actor, close_reason=comment)


@audited("subject_request.duplicate")
def mark_duplicate(*, actor: Actor, request: SubjectRequest, of: SubjectRequest) -> SubjectRequest:
    """The other answers this one too. Raises InvalidInputError, WrongStateError."""
    actor.require(Permission.ERASURE_MANAGE)
    request = lock_for("mark_duplicate", request)
    other = SubjectRequest.objects.filter(id=of.id).first()
    if other is None:
        raise NotFoundError(of.id, noun="request")
    if other.id == request.id or other.status == RequestStatus.DUPLICATE:
        problem = "Name the request that is answered, not a duplicate."
        raise InvalidInputError.on("duplicate_of", "is_a_duplicate", problem)
    note(subject_id=_subject(request), duplicate_of=str(other.id))
    return move_request(request, RequestStatus.DUPLICATE, actor=actor, duplicate_of_id=other.id)


def _said(comment: str) -> None:
    if not comment.strip():
        raise InvalidInputError.on("reason", "blank", "Say why.")


def _subject(request: SubjectRequest) -> str | None:
    return str(request.subject_id) if request.subject_id else None

"""What the person is told meanwhile: that it came, and that it takes longer."""

from datetime import datetime

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError
from memory.desk.clocks import deadlines, extended
from memory.desk.moving import lock_request
from memory.models import OPEN_REQUESTS, SubjectRequest


@audited("subject_request.acknowledged")
def acknowledge_request(
    *,
    actor: Actor,
    request: SubjectRequest,
    reason: str,  # noqa: ARG001 - the event has it
) -> SubjectRequest:
    """That the person was told that it came: by mail, or as whoever told them says.

    Raises WrongStateError.
    """
    actor.require(Permission.ERASURE_MANAGE)
    request = lock_request(request, OPEN_REQUESTS)
    if request.acknowledged_at is not None:
        raise WrongStateError("They were told already.")
    request.acknowledged_at = now()
    request.save(force_update=True)
    return request


@audited("subject_request.extended")
def extend_request(*, actor: Actor, request: SubjectRequest, comment: str) -> SubjectRequest:
    """Once, while the first deadline has not passed, with a reason that the person is told.

    Raises InvalidInputError, WrongStateError.
    """
    actor.require(Permission.ERASURE_MANAGE)
    if not comment.strip():
        raise InvalidInputError.on("reason", "blank", "Say why: the person is told.")
    request = lock_request(request, OPEN_REQUESTS)
    moment = now()
    if request.extended_at is not None:
        raise WrongStateError("It was prolonged already; the law has no second time.")
    if moment > may_extend_until(request):
        raise WrongStateError("The time in which they had to be told of it has passed.")
    before = request.due_at
    request.due_at = max(extended(request.law, request.received_at), before)
    request.extended_at, request.extension_reason = moment, comment[:500]
    request.save(force_update=True)
    note(before=before.isoformat(), due_at=request.due_at.isoformat())
    return request


def may_extend_until(request: SubjectRequest) -> datetime:
    """The person has to be told within the first month, or the first 45 days."""
    return deadlines(request.law, request.received_at).due_at

"""Knowing that it is them, and whom it is about."""

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError
from memory.desk.moving import lock_for, move_request, pass_through, set_doer
from memory.models import RequestStatus, SubjectRequest


@audited("subject_request.identified")
def confirm_identity(*, actor: Actor, request: SubjectRequest, how: str) -> SubjectRequest:
    """Somebody at the desk knows that it is them. Raises InvalidInputError, WrongStateError."""
    actor.require(Permission.ERASURE_MANAGE)
    if not how.strip():
        raise InvalidInputError.on("identity_check", "blank", "Say how you know that it is them.")
    request = lock_for("confirm_identity", request)
    if request.subject_id is None:
        raise InvalidInputError.on("subject", "blank", "Say first whom it is about.")
    request.identity_check = how
    request.identified_at = now()
    set_doer(request, "identified", actor)
    pass_through(request, actor)
    note(subject_id=str(request.subject_id), by="desk")
    return move_request(request, RequestStatus.READY, actor=actor)

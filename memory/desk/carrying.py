"""From approved to completed, whatever the kind: what carries a request out calls these."""

from typing import Any

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import WrongStateError
from memory.desk.letters import tell_on_commit
from memory.desk.moving import lock_for, lock_request, move_request
from memory.desk.words import blank_words
from memory.models import RequestKind, RequestStatus, SubjectRequest


@audited("subject_request.begun")
def begin_request(*, actor: Actor, request: SubjectRequest) -> SubjectRequest:
    """From here on it cannot be stopped. Raises WrongStateError before it has cooled off."""
    actor.require(Permission.ERASURE_MANAGE)
    request = lock_for("begin", request)
    moment = now()
    if not request.may_start(moment):
        raise WrongStateError("It still cools off: it can be stopped until then.")
    note(subject_id=str(request.subject_id), kind_of_request=request.kind)
    return move_request(
        request, RequestStatus.CARRYING_OUT, actor=actor, started_at=moment, waiting_for=""
    )


@audited("subject_request.waiting")
def wait_for(*, actor: Actor, request: SubjectRequest, what: str, code: str) -> SubjectRequest:
    """Says why it does not go on: a legal hold, and which."""
    actor.require(Permission.ERASURE_MANAGE)
    request = lock_request(request, {RequestStatus.APPROVED, RequestStatus.CARRYING_OUT})
    request.waiting_for = what[:500]
    request.save(force_update=True)
    note(subject_id=str(request.subject_id), code=code)
    return request


@audited("subject_request.completed")
def complete_request(
    *, actor: Actor, request: SubjectRequest, outcome: dict[str, Any], comment: str = ""
) -> SubjectRequest:
    """`outcome` counts what was done. The database looks: an erasure leaves no key that opens.

    Of an erased person the request keeps no word either; they are told before.
    """
    actor.require(Permission.ERASURE_MANAGE)
    request = lock_for("complete", request)
    note(subject_id=str(request.subject_id), kind_of_request=request.kind, outcome=outcome)
    if request.kind == RequestKind.ERASURE:
        tell_on_commit(request, "completed")
        blank_words(request)
    return move_request(
        request,
        RequestStatus.COMPLETED,
        actor=actor,
        outcome=outcome,
        close_reason=comment,
        waiting_for="",
    )

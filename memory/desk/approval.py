"""A second person agrees; while it cools off, anybody at the desk may still stop it."""

from datetime import timedelta

from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind
from console.accounts.models import User
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, OwnProposalError
from memory.desk.moving import lock_for, move_request, set_doer
from memory.desk.restrict import carry_out_restriction
from memory.desk.setting import cool_off
from memory.models import RequestKind, RequestStatus, SubjectRequest


def why_not_approve(actor: Actor, request: SubjectRequest) -> str:
    """Empty where this actor may be the second person."""
    if actor.kind is not ActorKind.USER:
        return "A person must approve it."
    if actor.id == request.person_id or _is_the_person(actor, request):
        return "It is about you, so others decide it."
    if actor.id == request.taken_in_by_id:
        return "You took it in, so somebody else must approve it: another owner or reviewer."
    if actor.id == request.identified_by_id:
        return "You confirmed who they are, so somebody else must approve it."
    if actor.id in request.prepared_by:
        return "You prepared it, so somebody else must approve it."
    return ""


@audited("subject_request.approved")
def approve_request(*, actor: Actor, request: SubjectRequest) -> SubjectRequest:
    """Raises OwnProposalError, WrongStateError."""
    actor.require(Permission.ERASURE_MANAGE)
    request = lock_for("approve", request)
    if why := why_not_approve(actor, request):
        raise OwnProposalError(why)
    moment = now()
    # Only what cannot be undone has to wait.
    wait = cool_off() if request.kind == RequestKind.ERASURE else timedelta()
    set_doer(request, "approved", actor)
    note(subject_id=str(request.subject_id), carry_out_after=(moment + wait).isoformat())
    approved = move_request(
        request,
        RequestStatus.APPROVED,
        actor=actor,
        approved_at=moment,
        carry_out_after=moment + wait,
    )
    if approved.kind == RequestKind.RESTRICTION:  # nothing is left to be done by anybody
        return carry_out_restriction(actor=actor, request=approved)
    return approved


@audited("subject_request.stopped")
def stop_request(*, actor: Actor, request: SubjectRequest, comment: str) -> SubjectRequest:
    """Takes the approval back before anything was done: it has to be approved anew."""
    actor.require(Permission.ERASURE_MANAGE)
    if not comment.strip():
        raise InvalidInputError.on("reason", "blank", "Say why.")
    request = lock_for("stop", request)
    note(subject_id=str(request.subject_id), approved_by=str(request.approved_by_id))
    set_doer(request, "approved", None)
    return move_request(
        request,
        RequestStatus.READY,
        actor=actor,
        approved_at=None,
        carry_out_after=None,
        waiting_for="",
    )


def _is_the_person(actor: Actor, request: SubjectRequest) -> bool:
    """One who became a member, or took that address, only after the request came."""
    email = User.objects.filter(id=actor.id).values_list("email", flat=True).first()
    said = {request.contact, request.named, *request.also_named}
    return email is not None and email.casefold() in {word.strip().casefold() for word in said}

"""What others say of a person who was erased: somebody looks at it, and may let it stay."""

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError, WrongStateError
from memory.desk.moving import lock_request
from memory.erasure.residue import ACCEPTED, MENTIONED
from memory.erasure.saga import wake
from memory.models import ErasureStep, RequestStatus, SubjectRequest

RESIDUE = "residue"


@audited("erasure.mentions_accepted")
def accept_mentions(*, actor: Actor, request: SubjectRequest, comment: str) -> SubjectRequest:
    """The erasure goes on, and its certificate says so. Never of what is the person's own.

    Raises InvalidInputError without a reason, WrongStateError where nothing was found.
    """
    actor.require(Permission.ERASURE_MANAGE)
    if not comment.strip():
        raise InvalidInputError.on("reason", "blank", "Say why it stays.")
    request = lock_request(request, {RequestStatus.CARRYING_OUT})
    receipt = mentioned_in(request)
    if receipt is None:
        raise WrongStateError("Nothing is left that somebody could let stay.")
    note(found=receipt.error)
    receipt.limits = sorted({*receipt.limits, ACCEPTED})
    receipt.error, receipt.retry_at = "", None
    receipt.save(force_update=True)
    wake()
    return request


def mentioned_in(request: SubjectRequest) -> ErasureStep | None:
    """The receipt of the step that found a mention and waits; its `error` says in which place."""
    return ErasureStep.objects.filter(
        request_id=request.id,
        name=RESIDUE,
        finished_at__isnull=True,
        error__startswith=MENTIONED,
    ).first()

"""Rectification (GDPR, Article 16): a memory says from now on what is right."""

from dataclasses import replace

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError, NotFoundError, WrongStateError
from memory.actions.revise import revise_memory
from memory.desk.carrying import begin_request, complete_request
from memory.desk.moving import lock_request
from memory.holds import standing_holds
from memory.lifecycle import version_of
from memory.models import (
    Memory,
    MemoryVersion,
    RequestKind,
    RequestStatus,
    ReviewItem,
    ReviewStatus,
    SealedContent,
    SubjectRequest,
)
from memory.writes import as_written


@audited("subject_request.rectified")
def rectify_memory(
    *,
    actor: Actor,
    request: SubjectRequest,
    memory: Memory,
    content: str,
    expected_version: int,
    erase_old: bool = False,
) -> SubjectRequest:
    """A new version of a memory about them; with `erase_old` what it said before is deleted.

    Raises WrongStateError, NotFoundError on a memory about others, and as `revise_memory` does.
    """
    actor.require(Permission.ERASURE_MANAGE)
    request = lock_request(request, {RequestStatus.APPROVED, RequestStatus.CARRYING_OUT})
    if request.kind != RequestKind.RECTIFICATION:
        raise WrongStateError("This request asks for something else.")
    if memory.subject_id not in request.subject_ids:
        raise NotFoundError(memory.id, noun="memory")
    if not content.strip():
        raise InvalidInputError.on("content", "required", "Write what is right.")
    if erase_old and standing_holds(memory).exists():
        raise InvalidInputError.on("erase_old", "legal_hold", "A legal hold keeps the old words.")
    if request.status == RequestStatus.APPROVED:
        request = begin_request(actor=actor, request=request)
    before = version_of(memory, memory.version)
    outcome = revise_memory(
        actor=actor,
        memory=memory,
        write=replace(as_written(memory, before), content=content),
        expected_version=expected_version,
        reason="rectification",
    )
    in_force = outcome.review is None
    erased = _delete_words_before(outcome.version) if erase_old and in_force else 0
    corrected = [*request.outcome.get("corrected", []), str(memory.id)]
    request.outcome = {
        "corrected": sorted(set(corrected)),
        "versions_erased": request.outcome.get("versions_erased", 0) + erased,
    }
    request.save(force_update=True)
    note(memory=str(memory.id), version=outcome.version.number, versions_erased=erased)
    return request


def complete_rectification(
    *, actor: Actor, request: SubjectRequest, comment: str = ""
) -> SubjectRequest:
    """Raises WrongStateError while nothing was corrected, or a correction waits for review."""
    corrected = request.outcome.get("corrected", [])
    if not corrected:
        raise WrongStateError("Nothing was corrected yet. Refuse it where nothing is wrong.")
    waiting = ReviewItem.objects.filter(memory_id__in=corrected, status=ReviewStatus.OPEN)
    if waiting.exists():
        raise WrongStateError("A correction still waits for review.")
    return complete_request(actor=actor, request=request, outcome=request.outcome, comment=comment)


def _delete_words_before(version: MemoryVersion) -> int:
    earlier = MemoryVersion.objects.filter(
        memory_id=version.memory_id, number__lt=version.number
    ).values_list("id", flat=True)
    deleted, _ = SealedContent.objects.filter(id__in=list(earlier)).delete()
    return deleted

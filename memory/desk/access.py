"""Access and portability (GDPR, Articles 15 and 20): the person gets a copy of what is held.

By a link that lasts some days and some downloads, or by the hands of an owner. Nothing is stored:
the copy is made while it is read, and each reading is on record before a word of it leaves.
"""

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.key_text import HANDOVER_SCHEME, KeyText, new_key
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import NotFoundError, WrongStateError
from memory.actions.export_subject import export_subject
from memory.desk.carrying import begin_request, complete_request
from memory.desk.moving import lock_request
from memory.models import Handover, RequestKind, RequestStatus, SubjectRequest
from memory.models.handover import LIFETIME

GOING = (RequestStatus.APPROVED, RequestStatus.CARRYING_OUT)


@dataclass(frozen=True, slots=True)
class IssuedHandover:
    """A handover and the text that its link ends with, which is mailed or shown once."""

    handover: Handover
    text: str = field(repr=False)

    audit_kind = "handover"

    @property
    def id(self) -> UUID:
        return self.handover.id


@audited("subject_request.handed_over")
def hand_over(*, actor: Actor, request: SubjectRequest) -> IssuedHandover:
    """A link for the person, in place of any before it. Raises WrongStateError."""
    actor.require(Permission.SUBJECT_EXPORT)
    request = _going(actor, request)
    moment = now()
    Handover.objects.filter(request_id=request.id, expires_at__gt=moment).update(expires_at=moment)
    text = new_key(actor.tenant_id, HANDOVER_SCHEME)
    handover = Handover.objects.create(
        request_id=request.id,
        prefix=text.prefix,
        digest=text.digest,
        made_by_kind=actor.kind,
        made_by_id=actor.id,
        made_by_label=actor.label[:200],
        expires_at=moment + LIFETIME,
    )
    note(request=str(request.id), expires_at=handover.expires_at.isoformat())
    return IssuedHandover(handover, text.reveal())


def handover_of(text: KeyText) -> Handover:
    """Inside the tenant that the link names. Raises NotFoundError, the same for every cause."""
    found = Handover.objects.select_related("request").filter(prefix=text.prefix).first()
    if found is None or not text.matches(bytes(found.digest)) or not found.is_open:
        raise NotFoundError(noun="copy")
    return found


@audited("subject_request.copy_taken")
def take_copy(*, actor: Actor, handover: Handover) -> SubjectRequest:
    """Counts a download by the link; the first completes the request. Raises NotFoundError."""
    locked = Handover.objects.select_for_update(of=("self",)).get(id=handover.id)
    if not locked.is_open:
        raise NotFoundError(noun="copy")
    first = locked.first_taken_at or now()
    Handover.objects.filter(id=handover.id).update(
        downloads=F("downloads") + 1, first_taken_at=first
    )
    request = SubjectRequest.objects.get(id=handover.request_id)
    note(handover=str(handover.id), download=locked.downloads + 1)
    return _taken(actor, request, by="link")


@audited("subject_request.copy_taken")
def take_copy_for(*, actor: Actor, request: SubjectRequest) -> SubjectRequest:
    """An owner takes it away, to hand it over by a way of their own. Raises WrongStateError."""
    actor.require(Permission.SUBJECT_EXPORT)
    request = _going(actor, request)
    note(by_hand=True)
    return _taken(actor, request, by="hand")


def subjects_of(request: SubjectRequest) -> list[Subject]:
    """Everybody who is the person, the one it is about first."""
    found = {one.id: one for one in Subject.objects.filter(id__in=request.subject_ids)}
    return [found[id_] for id_ in request.subject_ids if id_ in found]


def _going(actor: Actor, request: SubjectRequest) -> SubjectRequest:
    request = lock_request(request, GOING)
    if request.kind != RequestKind.ACCESS:
        raise WrongStateError("This request asks for something else.")
    if request.status == RequestStatus.APPROVED:
        return begin_request(actor=actor, request=request)
    return request


def _taken(actor: Actor, request: SubjectRequest, *, by: str) -> SubjectRequest:
    for subject in subjects_of(request):
        export_subject(actor=actor, subject=subject, comment=request.reference)
    if request.status == RequestStatus.CARRYING_OUT:
        return complete_request(actor=actor, request=request, outcome={"handed_over_by": by})
    return request

"""Taking a request in: nothing is done by that, but its clock runs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.models import Membership, Subject
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError
from memory.desk.clocks import deadlines
from memory.desk.duplicates import same_request
from memory.desk.identity import confirm_identity
from memory.desk.moving import hands_of, set_doer
from memory.desk.setting import desk_in_force
from memory.models import CameBy, RequestKind, RequestStatus, SubjectRequest

MOST_NAMES = 10


@audited("subject_request.received")
def receive_request(
    *,
    actor: Actor,
    kind: str = RequestKind.ERASURE,
    lifts: bool = False,
    subject: Subject | None = None,
    aliases: Sequence[Subject] = (),
    named: str = "",
    also_named: Sequence[str] = (),
    asked_by: str = "",
    contact: str = "",
    wish: str = "",
    came_by: str = CameBy.CONSOLE,
    identity_check: str = "",
    received_at: datetime | None = None,
    due_at: datetime | None = None,
    law: str | None = None,
) -> SubjectRequest:
    """One that repeats an open one is kept as its duplicate.

    With `identity_check` whoever takes it in tells how they know that it is them: that settles it
    where the subject is known.
    """
    actor.require(Permission.ERASURE_MANAGE)
    moment = now()
    received_at = received_at or moment
    law = law or desk_in_force().law
    clock = deadlines(law, received_at)
    due_at = due_at or clock.due_at
    if not asked_by.strip():
        raise InvalidInputError.on("asked_by", "blank", "Say who asked.")
    if received_at > moment:
        raise InvalidInputError.on("received_at", "in_the_future", "It has not come yet.")
    if due_at <= received_at:
        raise InvalidInputError.on("due_at", "ends_before_it_begins", "It is due after it came.")
    request = SubjectRequest(
        reference=SubjectRequest.new_reference(),
        kind=kind,
        lifts=lifts,
        law=law,
        came_by=came_by,
        subject_id=subject.id if subject else None,
        alias_ids=sorted({alias.id for alias in aliases} - {subject.id if subject else None}),
        named=subject.external_id[:200] if subject else named,
        also_named=list(also_named)[:MOST_NAMES],
        asked_by=asked_by,
        contact=contact,
        wish=wish,
        identity_check=identity_check,
        received_at=received_at,
        due_at=due_at,
        confirm_by=clock.confirm_by,
        prepared_by=sorted(hands_of(actor)),
    )
    request.person_id = member_who_asks(request)
    set_doer(request, "taken_in", actor)
    repeated = same_request(request)
    if repeated is not None:
        request.status, request.duplicate_of_id = RequestStatus.DUPLICATE, repeated.id
        request.closed_at = moment
        set_doer(request, "closed", actor)
    request.save(force_insert=True)
    note(**_told(request))
    if identity_check.strip() and subject and request.is_open:
        return confirm_identity(actor=actor, request=request, how=identity_check)
    return request


def member_who_asks(request: SubjectRequest) -> UUID | None:
    """The member of this console who is the person, by address: they decide nothing about it."""
    addresses = {request.contact, request.named, *request.also_named} - {""}
    if not addresses:
        return None
    same = Q()
    for address in addresses:
        same |= Q(user__email__iexact=address.strip())
    return Membership.objects.filter(same).values_list("user_id", flat=True).first()


def _told(request: SubjectRequest) -> dict[str, object]:
    return {
        "kind_of_request": request.kind,
        "subject_id": str(request.subject_id) if request.subject_id else None,
        "came_by": request.came_by,
        "due_at": request.due_at.isoformat(),
        "duplicate_of": str(request.duplicate_of_id) if request.duplicate_of_id else None,
    }

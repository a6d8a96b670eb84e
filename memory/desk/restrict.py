"""Restriction (GDPR, Article 18): what is held about a person is kept, and no agent uses it.

It stands from the moment a second person agreed to it, and ends by another request, of which the
person is told before (Article 18(3)).
"""

from audit.trail import Changes, audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from memory.desk.carrying import begin_request, complete_request
from memory.models import SubjectRequest, SubjectRestriction
from memory.restrictions import restricted_among


@audited("subject_request.restriction_set")
def carry_out_restriction(*, actor: Actor, request: SubjectRequest) -> SubjectRequest:
    """Of everybody who is the person, at once. Raises WrongStateError."""
    actor.require(Permission.ERASURE_MANAGE)
    request = begin_request(actor=actor, request=request)
    change = lift_restrictions if request.lifts else place_restrictions
    changed = change(actor=actor, request=request).changed
    outcome = {"lifted" if request.lifts else "restricted": len(changed)}
    note(subject_id=str(request.subject_id), **outcome)
    return complete_request(actor=actor, request=request, outcome=outcome)


@audited("subject.restricted")
def place_restrictions(*, actor: Actor, request: SubjectRequest) -> Changes[SubjectRestriction]:
    actor.require(Permission.ERASURE_MANAGE)
    placed: Changes[SubjectRestriction] = Changes()
    standing = restricted_among(request.subject_ids)
    for subject_id in sorted(set(request.subject_ids) - standing):
        restriction = SubjectRestriction.objects.create(
            subject_id=subject_id, placed_by_request_id=request.id
        )
        placed.add(restriction, {"subject_id": str(subject_id), "request": str(request.id)})
    return placed


@audited("subject.restriction_lifted")
def lift_restrictions(*, actor: Actor, request: SubjectRequest) -> Changes[SubjectRestriction]:
    actor.require(Permission.ERASURE_MANAGE)
    lifted: Changes[SubjectRestriction] = Changes()
    standing = SubjectRestriction.objects.filter(
        subject_id__in=request.subject_ids, lifted_at__isnull=True
    ).select_for_update(of=("self",))
    for restriction in standing.order_by("id"):
        restriction.lifted_at, restriction.lifted_by_request_id = now(), request.id
        restriction.save(force_update=True)
        notes = {"subject_id": str(restriction.subject_id), "request": str(request.id)}
        lifted.add(restriction, notes)
    return lifted

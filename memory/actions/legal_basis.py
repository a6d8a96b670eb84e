from datetime import datetime

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError
from memory.models import Basis, LegalBasis


@audited("subject.basis_recorded")
def record_basis(
    *,
    actor: Actor,
    subject: Subject,
    basis: Basis,
    since: datetime | None = None,
    detail: str = "",
) -> LegalBasis:
    """On what basis memories about the subject are kept. It decides nothing by itself."""
    actor.require(Permission.SUBJECT_MANAGE)
    moment = now()
    if since is not None and since > moment:
        raise InvalidInputError.on("since", "in_the_future", "It cannot have begun yet.")
    note(subject_id=str(subject.id), basis=basis)
    return LegalBasis.objects.create(
        subject_id=subject.id,
        basis=basis,
        note=detail,
        since=since or moment,
        recorded_by_kind=actor.kind,
        recorded_by_id=actor.id,
        recorded_by_label=actor.label[:200],
    )


@audited("subject.basis_withdrawn")
def withdraw_basis(*, actor: Actor, basis: LegalBasis) -> LegalBasis:
    """Raises WrongStateError."""
    actor.require(Permission.SUBJECT_MANAGE)
    withdrawn = LegalBasis.objects.filter(id=basis.id, withdrawn_at__isnull=True).update(
        withdrawn_at=now(),
        withdrawn_by_kind=actor.kind,
        withdrawn_by_id=actor.id,
        withdrawn_by_label=actor.label[:200],
    )
    if not withdrawn:
        raise WrongStateError("This basis is withdrawn already.")
    note(subject_id=str(basis.subject_id), basis=basis.basis)
    return LegalBasis.objects.get(id=basis.id)

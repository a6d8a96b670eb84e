"""People that memories are about: reaching one, and what is held and done about them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import NotFoundError
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import (
    LegalBasis,
    LegalHold,
    RequestKind,
    RequestStatus,
    State,
    SubjectRequest,
)

STATES = """
SELECT subject_id, state, count(*), max(created_at) FROM memory_memory
WHERE tenant_id = %s AND subject_id = ANY(%s::uuid[]) GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class SubjectFigures:
    """`basis` is the newest that stands, `erasure` the newest request. `states` counts memories."""

    subject: Subject
    states: Counter[str]
    last_written: datetime | None
    is_held: bool
    basis: LegalBasis | None
    erasure: SubjectRequest | None

    @property
    def held(self) -> int:
        return self.states.total() - self.states[State.ERASED]

    @property
    def waiting(self) -> int:
        return self.states[State.PENDING] + self.states[State.QUARANTINED]

    @property
    def is_erased(self) -> bool:
        return self.erasure is not None and self.erasure.status == RequestStatus.COMPLETED


def visible_subjects(actor: Actor) -> QuerySet[Subject]:
    return Subject.objects.all() if actor.may(Permission.SUBJECT_READ) else Subject.objects.none()


def subject_for(
    actor: Actor, subject_id: UUID, *, need: Permission = Permission.SUBJECT_READ
) -> Subject:
    return _found(actor, visible_subjects(actor).filter(id=subject_id), need=need)


def subject_named(
    actor: Actor, external_id: str, *, need: Permission = Permission.SUBJECT_READ
) -> Subject:
    return _found(actor, visible_subjects(actor).filter(external_id=external_id), need=need)


def _found(actor: Actor, subjects: QuerySet[Subject], *, need: Permission) -> Subject:
    subject = subjects.first()
    if subject is None:
        raise NotFoundError(noun="subject")
    if not actor.may(need):
        raise NotFoundError(noun="subject")
    return subject


def figures_of(subjects: Sequence[Subject]) -> list[SubjectFigures]:
    """In their order, by four statements."""
    ids = [subject.id for subject in subjects]
    states: dict[UUID, Counter[str]] = {id_: Counter() for id_ in ids}
    written: dict[UUID, datetime] = {}
    for subject_id, state, count, latest in fetch(STATES, [current_tenant_id(), ids]):
        states[subject_id][state] = count
        written[subject_id] = max(latest, written.get(subject_id, latest))
    holds = LegalHold.objects.filter(subject_id__in=ids, released_at__isnull=True)
    held = set(holds.values_list("subject_id", flat=True))
    moment = now()
    recorded = LegalBasis.objects.filter(subject_id__in=ids).order_by("id")
    bases = {one.subject_id: one for one in recorded if one.stands_at(moment)}
    requests = SubjectRequest.objects.filter(subject_id__in=ids, kind=RequestKind.ERASURE).order_by(
        "id"
    )
    erasures = {one.subject_id: one for one in requests}
    return [
        SubjectFigures(
            subject,
            states[subject.id],
            written.get(subject.id),
            subject.id in held,
            bases.get(subject.id),
            erasures.get(subject.id),
        )
        for subject in subjects
    ]

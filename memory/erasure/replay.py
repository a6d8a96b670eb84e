"""Erasing again whoever a restored backup brought back: by the list that stands outside it.

Their request may not be in the backup at all, and was approved when it was carried out; so nobody
approves anew, and each batch has its event. Nobody is served meanwhile.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from audit.anchors.erased_file import erased_subjects
from audit.trail import audited, note
from console.accounts.actor import Actor, system_actor
from console.accounts.models import Subject
from console.keys.suppression import digests_of, keep_digests, suppress
from console.tenancy.scope import tenant_scope
from memory.actions.erase import destroy_keys_of
from memory.erasure.named_traces import claim_traces
from memory.erasure.person import Person, person_of
from memory.erasure.preview import counts_of
from memory.erasure.stores import STORES, Store
from memory.erasure.words import words_of
from memory.holds import refuse_held_subject


@dataclass(frozen=True, slots=True)
class Again:
    """A subject that is erased again, and by how much."""

    id: UUID
    rows: int = 0

    audit_kind: ClassVar = "subject"


def replay(tenant_id: UUID) -> int:
    """How many had come back. Opens scopes of its own. Raises LegalHoldError and OSError."""
    actor = system_actor(tenant_id, "restore")
    came_back = 0
    for subject_id, digests in erased_subjects(tenant_id).items():
        with tenant_scope(tenant_id):
            person = person_of([subject_id])
            has_come_back = any(counts_of(person).values())
            if has_come_back or digests - digests_of(subject_id):
                _refuse_return(actor=actor, person=person, digests=digests)
        if not has_come_back:
            continue
        came_back += 1
        for store in STORES:
            if not store.goes_with:
                _empty(tenant_id, actor, person, store)
    return came_back


@audited("erasure.replayed")
def _refuse_return(*, actor: Actor, person: Person, digests: set[bytes]) -> Again:
    """First the list and the keys, as at the first time."""
    [subject_id] = person.subject_ids
    entries = keep_digests(subject_id, digests)
    subject = Subject.objects.filter(id=subject_id).first()
    if subject is not None:
        refuse_held_subject(subject)
        words = words_of(person)
        names = words.names.get(subject_id, [])
        entries += suppress(subject_id, identifiers=words.identifiers.values(), names=names)
        claim_traces(subject_id, words)
        destroy_keys_of(actor=actor, subject=subject)
    # The key of the list may be new, and is the tenant's.
    note(step="suppression", entries=entries, named=[str(actor.tenant_id)])
    return Again(subject_id)


def _empty(tenant_id: UUID, actor: Actor, person: Person, store: Store) -> None:
    rows = 1
    while rows:
        with tenant_scope(tenant_id):
            rows = _erase_some(actor=actor, person=person, store=store).rows


@audited("erasure.replayed")
def _erase_some(*, actor: Actor, person: Person, store: Store) -> Again:
    erased = store.erase_some(person, actor)
    note(step=store.name, rows=erased.rows, named=list(erased.named))
    return Again(person.subject_ids[0], rows=erased.rows)

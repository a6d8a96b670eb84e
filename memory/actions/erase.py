"""Erasing a person, in one transaction: all of it, or nothing.

The keys go first, so that whoever writes at this moment waits and is then refused. They stay as
rows that open nothing: a later write about the subject finds them, and is refused for good
(`console.keys.keyring`).
"""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from audit.models import SpanContent
from audit.trail import Changes, audited, note
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.keys.keyring import ERASED, keyring_for
from console.keys.models import DataKey
from console.platform.clock import now
from memory.actions.doubt import doubt_derived
from memory.desk.carrying import begin_request, complete_request
from memory.erasure.holdings import holdings_of
from memory.holds import refuse_held_subject
from memory.lifecycle import store_all
from memory.lineage import derived_from
from memory.models import (
    Memory,
    MemoryFingerprint,
    MemoryVersion,
    ReviewStatus,
    SealedContent,
    State,
    SubjectName,
    SubjectRequest,
)
from memory.reviews.closing import close_all_reviews

BATCH = 500


@audited("erasure.carried_out")
def carry_out_erasure(*, actor: Actor, request: SubjectRequest) -> SubjectRequest:
    """Raises WrongStateError before it is approved, and LegalHoldError while a hold stands."""
    actor.require(Permission.ERASURE_MANAGE)
    request = begin_request(actor=actor, request=request)
    subject = Subject.objects.get(id__in=request.subject_ids[:1])
    refuse_held_subject(subject)
    keys = destroy_keys_of(actor=actor, subject=subject).changed
    # Counted once nobody can add to it.
    erased = holdings_of(subject).as_counts() | {"keys": len(keys)}
    while erase_memories(actor=actor, subject=subject).changed:
        pass
    SubjectName.objects.filter(subject_id=subject.id).delete()
    SpanContent.objects.filter(subject_id=subject.id).delete()
    note(subject_id=str(subject.id), erased=erased)
    return complete_request(actor=actor, request=request, outcome=erased)


@audited("key.destroyed")
def destroy_keys_of(*, actor: Actor, subject: Subject) -> Changes[DataKey]:
    """Every key of the subject. One that never had any is given some first, to be refused by."""
    destroyed: Changes[DataKey] = Changes()
    keyring_for([subject.id])
    living = DataKey.objects.filter(subject_id=subject.id, wrapped__isnull=False)
    # Again after each wait: a rotation under way may just have made a successor.
    while keys := list(living.select_for_update(of=("self",)).order_by("id")):
        for key in keys:
            destroyed.add(key, {"purpose": key.purpose, "generation": key.generation})
        living.filter(id__in=[key.id for key in keys]).update(
            wrapped=None, destroyed_at=now(), destroyed_reason=ERASED
        )
    return destroyed


@audited("memory.erased")
def erase_memories(*, actor: Actor, subject: Subject) -> Changes[Memory]:
    """Some of what is left: what each version said, and all by which it could be found."""
    erased: Changes[Memory] = Changes()
    left = Memory.objects.filter(subject_id=subject.id).exclude(state=State.ERASED)
    memories = list(left.select_for_update(of=("self",)).order_by("id")[:BATCH])
    close_all_reviews(memories, status=ReviewStatus.DELETED)
    for memory in memories:
        erased.add(memory, {"version": memory.version, "was": memory.state})
        memory.state = State.ERASED
        memory.updated_at = now()
    store_all(memories, actor=actor, reason="erasure")  # and the recall index with them
    _delete_words([memory.id for memory in memories])
    _doubt_what_was_made_of(memories, actor=actor, subject=subject)
    return erased


def _doubt_what_was_made_of(memories: Sequence[Memory], *, actor: Actor, subject: Subject) -> None:
    """A summary about nobody, or about others, may repeat what they said: a person is asked."""
    ids = [memory.id for memory in memories]
    made = derived_from(ids).filter(state=State.ACTIVE)
    elsewhere = made.filter(~Q(subject_id=subject.id) | Q(subject_id__isnull=True)).values("id")
    versions = MemoryVersion.objects.filter(memory_id__in=elsewhere, derived_from__overlap=ids)
    named = {
        source for sources in versions.values_list("derived_from", flat=True) for source in sources
    }
    for memory in memories:
        if memory.id in named:
            doubt_derived(actor=actor, source=memory, ended="erased")


def _delete_words(memory_ids: list[UUID]) -> None:
    versions = MemoryVersion.objects.filter(memory_id__in=memory_ids).values_list("id", flat=True)
    SealedContent.objects.filter(id__in=list(versions)).delete()
    MemoryFingerprint.objects.filter(id__in=memory_ids).delete()

"""What the trail may say about a person or a memory: the ids of all that is known to be theirs."""

from uuid import UUID

from django.db.models import Q

from audit.event_filter import About
from console.accounts.models import Subject
from memory.models import LegalBasis, LegalHold, Memory, ReviewItem, SubjectRequest

# Of a person written about without end, the newest.
MOST_MEMORIES = 5_000
NOTHING = About(frozenset(), frozenset())


def about_memory(memory_id: UUID) -> About:
    """Its own events, its reviews', its holds', and recalls of it. Two statements."""
    reviews = ReviewItem.objects.filter(memory_id=memory_id).values_list("id", flat=True)
    holds = LegalHold.objects.filter(memory_id=memory_id).values_list("id", flat=True)
    return About({memory_id, *reviews, *holds}, {memory_id})


def about_subject(name: str) -> About:
    """By the tenant's own identifier or by id, which is what stays of one who was erased."""
    named = Q(external_id=name) | Q(id=_id(name)) if _id(name) else Q(external_id=name)
    subject_id = Subject.objects.filter(named).values_list("id", flat=True).first()
    if subject_id is None:
        return NOTHING
    newest = Memory.objects.filter(subject_id=subject_id).order_by("-id")
    memories = set(newest.values_list("id", flat=True)[:MOST_MEMORIES])
    theirs = Q(subject_id=subject_id)
    holds = LegalHold.objects.filter(theirs | Q(memory_id__in=memories))
    objects = {
        subject_id,
        *memories,
        *ReviewItem.objects.filter(theirs)
        .order_by("-id")
        .values_list("id", flat=True)[:MOST_MEMORIES],
        *holds.values_list("id", flat=True),
        *SubjectRequest.objects.filter(theirs).values_list("id", flat=True),
        *LegalBasis.objects.filter(theirs).values_list("id", flat=True),
    }
    return About(objects, memories)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

from datetime import timedelta

from django.db.models import Q, QuerySet

from console.platform.clock import now
from memory.models import OPEN_REQUESTS, SubjectRequest

# Somebody who asks again within it may be asking the same (GDPR, Article 12(5)).
WINDOW = timedelta(days=90)


def same_request(request: SubjectRequest) -> SubjectRequest | None:
    """An open one by which this one is answered too: the same wish, person and contact.

    Another contact may be another person's, who pretends to be this one: a person decides.
    """
    if request.subject_id:
        about = Q(subject_id=request.subject_id)
    elif request.named:
        about = Q(named__iexact=request.named, subject_id__isnull=True)
    else:
        return None
    same = SubjectRequest.objects.filter(
        about,
        status__in=OPEN_REQUESTS,
        kind=request.kind,
        lifts=request.lifts,
        contact__iexact=request.contact,
    )
    return same.exclude(id=request.id).order_by("id").first()


def possible_duplicates(request: SubjectRequest) -> QuerySet[SubjectRequest]:
    """Others by the same person, or from the same contact, open or lately closed."""
    near = Q(id__isnull=True)
    if request.subject_ids:
        near |= Q(subject_id__in=request.subject_ids) | Q(alias_ids__overlap=request.subject_ids)
    if request.contact:
        near |= Q(contact__iexact=request.contact)
    names = [name for name in (request.named, *request.also_named) if name]
    if names:
        near |= Q(named__in=names) | Q(also_named__overlap=names)
    lately = Q(status__in=OPEN_REQUESTS) | Q(closed_at__gte=now() - WINDOW)
    return SubjectRequest.objects.filter(near, lately).exclude(id=request.id).order_by("-id")

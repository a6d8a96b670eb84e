"""Reaching a request: absent and forbidden look alike."""

from uuid import UUID

from django.db.models import QuerySet

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError
from memory.models import OPEN_REQUESTS, SubjectRequest


def visible_requests(actor: Actor) -> QuerySet[SubjectRequest]:
    requests = SubjectRequest.objects.select_related("subject")
    return requests if actor.may(Permission.SUBJECT_READ) else requests.none()


def request_for(
    actor: Actor, request_id: UUID, *, need: Permission = Permission.SUBJECT_READ
) -> SubjectRequest:
    request = visible_requests(actor).filter(id=request_id).first()
    if request is None:
        raise NotFoundError(request_id, noun="request")
    if not actor.may(need):
        raise NotFoundError(request_id, noun="request")
    return request


def open_requests() -> QuerySet[SubjectRequest]:
    return SubjectRequest.objects.filter(status__in=OPEN_REQUESTS)

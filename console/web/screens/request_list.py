"""The desk's list: each request with its clock and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from console.accounts.actor import Actor
from console.platform.clock import now
from memory.desk.reading import visible_requests
from memory.models import RequestStatus, SubjectRequest

SOON = timedelta(days=7)
NEXT = {
    RequestStatus.RECEIVED: "find out who they are",
    RequestStatus.AWAITING_IDENTITY: "they enter the code",
    RequestStatus.READY: "a second person approves",
    RequestStatus.APPROVED: "it is carried out",
    RequestStatus.CARRYING_OUT: "it is finished",
}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """`tone` of the deadline: danger once it passed, warn in its last week."""

    asked: SubjectRequest
    tone: str
    next: str

    @property
    def is_overdue(self) -> bool:
        return self.tone == "danger"


@dataclass(frozen=True, slots=True)
class RequestCounts:
    open: int
    overdue: int
    soon: int
    to_approve: int
    cooling: int


def request_rows(requests: Sequence[SubjectRequest]) -> list[RequestRow]:
    moment = now()
    return [RequestRow(one, _tone(one, moment), _next(one, moment)) for one in requests]


def request_counts(actor: Actor) -> RequestCounts:
    moment = now()
    found = visible_requests(actor).filter(closed_at__isnull=True).order_by()
    approved = Q(status=RequestStatus.APPROVED, carry_out_after__gt=moment)
    return RequestCounts(
        **found.aggregate(
            open=Count("id"),
            overdue=Count("id", filter=Q(due_at__lt=moment)),
            soon=Count("id", filter=Q(due_at__gte=moment, due_at__lt=moment + SOON)),
            to_approve=Count("id", filter=Q(status=RequestStatus.READY)),
            cooling=Count("id", filter=approved),
        )
    )


def _tone(asked: SubjectRequest, moment: datetime) -> str:
    if not asked.is_open:
        return ""
    if asked.due_at < moment:
        return "danger"
    return "warn" if asked.due_at < moment + SOON else ""


def _next(asked: SubjectRequest, moment: datetime) -> str:
    if not asked.is_open:
        return ""
    if asked.waiting_for:
        return f"waits: {asked.waiting_for}"
    if asked.status == RequestStatus.APPROVED and not asked.may_start(moment):
        return "it cools off"
    if asked.status == RequestStatus.RECEIVED and asked.subject_id is None:
        return "say whom it is about"
    return NEXT[RequestStatus(asked.status)]

"""That a request is due within a week, and that it is overdue: each told once, by an event."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet

from audit.models import AuditEvent
from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.platform.clock import now
from memory.desk.reading import open_requests
from memory.models import SubjectRequest

BATCH = 500
SOON = timedelta(days=7)


@audited("subject_request.overdue", savepoint=False)
def note_overdue(*, actor: Actor) -> Changes[SubjectRequest]:  # noqa: ARG001 - whom it is told by
    return _told(open_requests().filter(due_at__lt=now()), "subject_request.overdue")


@audited("subject_request.due_soon", savepoint=False)
def note_due_soon(*, actor: Actor) -> Changes[SubjectRequest]:  # noqa: ARG001 - whom it is told by
    near = open_requests().filter(due_at__gte=now(), due_at__lt=now() + SOON)
    return _told(near, "subject_request.due_soon")


def pressing() -> tuple[int, int]:
    """How many open requests are due within a week, and how many are overdue."""
    moment = now()
    late = open_requests().filter(due_at__lt=moment).count()
    return open_requests().filter(due_at__lt=moment + SOON).count() - late, late


def _told(requests: QuerySet[SubjectRequest], kind: str) -> Changes[SubjectRequest]:
    told = AuditEvent.objects.filter(kind=kind, object_id=OuterRef("id"))
    changes: Changes[SubjectRequest] = Changes()
    for request in requests.filter(~Exists(told)).order_by("due_at")[:BATCH]:
        changes.add(request, {"due_at": request.due_at.isoformat()})
    return changes

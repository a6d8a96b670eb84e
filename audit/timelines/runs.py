"""The list of runs, the newest activity first, and one run by its id."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from audit.models import MemoryAccess, Run, RunStatus, Trace
from console.platform.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class RunFilter:
    """What is None does not narrow. `text` is sought in names and keys."""

    status: RunStatus | None = None
    agent: str | None = None
    service: str | None = None
    has_errors: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    memory_id: str | None = None
    text: str | None = None


def run_of(run_id: UUID) -> Run:
    """Raises NotFoundError, for another tenant's run as for one that never was."""
    run = Run.objects.filter(id=run_id).first()
    if run is None:
        raise NotFoundError(run_id, noun="run")
    return run


def find_runs(wanted: RunFilter) -> QuerySet[Run]:
    """The latest activity first. Pages are the doors' affair."""
    runs = Run.objects.order_by("-last_seen", "-id")
    if wanted.status is not None:
        runs = runs.filter(status=wanted.status)
    if wanted.agent is not None:
        runs = runs.filter(agent=wanted.agent)
    if wanted.service is not None:
        runs = runs.filter(service=wanted.service)
    if wanted.has_errors is not None:
        runs = runs.filter(error_count__gt=0) if wanted.has_errors else runs.filter(error_count=0)
    if wanted.since is not None:
        runs = runs.filter(last_seen__gte=wanted.since)
    if wanted.until is not None:
        runs = runs.filter(first_seen__lt=wanted.until)
    if wanted.memory_id is not None:
        touched = MemoryAccess.objects.filter(memory_id=wanted.memory_id).values("trace_id")
        runs = runs.filter(id__in=Trace.objects.filter(trace_id__in=touched).values("run_id"))
    if wanted.text is not None:
        runs = runs.filter(Q(name__icontains=wanted.text) | Q(key__icontains=wanted.text))
    return runs

"""The list of runs, the newest activity first, and one run by its id."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from audit.ingest.columns import instant_ns
from audit.models import MemoryAccess, Run, RunStatus, Trace
from console.platform.errors import InvalidInputError, NotFoundError

MAX_PAGE = 200
EPOCH = datetime.fromtimestamp(0, UTC)


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


@dataclass(frozen=True, slots=True)
class RunPage:
    runs: tuple[Run, ...]
    next_cursor: str | None


def run_of(run_id: UUID) -> Run:
    """Raises NotFoundError, for another tenant's run as for one that never was."""
    run = Run.objects.filter(id=run_id).first()
    if run is None:
        raise NotFoundError(run_id, noun="run")
    return run


def find_runs(wanted: RunFilter) -> QuerySet[Run]:
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


def list_runs(
    wanted: RunFilter | None = None, *, cursor: str | None = None, limit: int = 50
) -> RunPage:
    """One page and the cursor of the next. Raises InvalidInputError on a cursor not ours."""
    limit = max(1, min(limit, MAX_PAGE))
    runs = find_runs(wanted or RunFilter())
    if cursor:
        seen, run_id = _decode_cursor(cursor)
        runs = runs.filter(Q(last_seen__lt=seen) | Q(last_seen=seen, id__lt=run_id))
    found = tuple(runs[: limit + 1])
    if len(found) <= limit:
        return RunPage(found, None)
    return RunPage(found[:limit], _encode_cursor(found[limit - 1]))


def _encode_cursor(run: Run) -> str:
    microseconds = instant_ns(run.last_seen) // 1000
    return urlsafe_b64encode(f"{microseconds}.{run.id}".encode()).decode().rstrip("=")


def _decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        microseconds, _, identifier = urlsafe_b64decode(padded).decode("ascii").partition(".")
        return EPOCH + timedelta(microseconds=int(microseconds)), UUID(identifier)
    except (ValueError, OverflowError, binascii.Error):
        raise InvalidInputError.on(
            "cursor", "invalid", "This cursor is not one of ours: start again without it."
        ) from None

"""Finding runs: what narrows a list of them, in which order, and one run by its id."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q, QuerySet

from audit.models import FacetKind, MemoryAccess, Run, RunFacet, RunStatus, Trace
from audit.models.run_state import in_status
from audit.timelines.run_text import called
from console.keys.subjects import known_subjects
from console.platform.clock import now
from console.platform.errors import NotFoundError

# What no index answers, an order or a word, is sought in the newest runs alone, so that a page
# costs the same in a tenant of any age.
MOST_READ = 50_000


class RunOrder(StrEnum):
    NEWEST = "newest"
    LONGEST = "longest"
    COSTLIEST = "cost"
    FAULTIEST = "errors"

    @property
    def fields(self) -> tuple[str, ...]:
        """No two runs are equal in these. `took_us` is an annotation of `in_order`."""
        return ORDER_FIELDS[self]


ORDER_FIELDS = {
    RunOrder.NEWEST: ("-last_seen", "-id"),
    RunOrder.LONGEST: ("-took_us", "-id"),
    RunOrder.COSTLIEST: ("-cost_nanos", "-id"),
    RunOrder.FAULTIEST: ("-error_count", "-id"),
}


@dataclass(frozen=True, slots=True)
class RunFilter:
    """What is None does not narrow. `text` is sought in names (`audit.timelines.run_text`).

    A tool, a model, an error type, a subject or an agent is that of any step; a subject is named
    by the tenant's own identifier. `longer` and `costlier` are at least so much, `shorter` and
    `cheaper` less.
    """

    status: RunStatus | None = None
    agent: str | None = None
    tool: str | None = None
    model: str | None = None
    error_type: str | None = None
    subject: str | None = None
    service: str | None = None
    has_errors: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    longer: timedelta | None = None
    shorter: timedelta | None = None
    costlier_nanos: int | None = None
    cheaper_nanos: int | None = None
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
    asked = ((field.name, getattr(wanted, field.name)) for field in fields(wanted))
    told = {name: value for name, value in asked if value is not None}
    runs = Run.objects.filter(*(NARROWS[name](value) for name, value in told.items()))
    runs = runs.order_by(*RunOrder.NEWEST.fields)
    return _read_through(runs) if "text" in told else runs


def in_order(runs: QuerySet[Run], order: RunOrder) -> QuerySet[Run]:
    """Of what `find_runs` found."""
    if order is RunOrder.NEWEST:
        return runs
    return _read_through(runs).annotate(took_us=_microseconds()).order_by(*order.fields)


def _read_through(runs: QuerySet[Run]) -> QuerySet[Run]:
    floor = oldest_read()
    return runs if floor is None else runs.filter(last_seen__gte=floor)


def oldest_read() -> datetime | None:
    """What was last seen before this is not read through. None where everything is."""
    newest = Run.objects.order_by("-last_seen", "-id").values_list("last_seen", flat=True)
    return next(iter(newest[MOST_READ : MOST_READ + 1]), None)


def _has(kind: FacetKind) -> Callable[[str], Q]:
    def narrow(value: str) -> Q:
        return Q(Exists(RunFacet.objects.filter(run_id=OuterRef("id"), kind=kind, value=value)))

    return narrow


def _about(external_id: str) -> Q:
    subject = known_subjects([external_id]).get(external_id)
    if subject is None:
        return Q(id__in=[])
    return _has(FacetKind.SUBJECT)(str(subject.id))


def _touched(memory_id: str) -> Q:
    touched = MemoryAccess.objects.filter(memory_id=memory_id).values("trace_id")
    return Q(id__in=Trace.objects.filter(trace_id__in=touched).values("run_id"))


NARROWS: Mapping[str, Callable[[Any], Q]] = {
    "status": lambda status: in_status(status, now()),
    "agent": _has(FacetKind.AGENT),
    "tool": _has(FacetKind.TOOL),
    "model": _has(FacetKind.MODEL),
    "error_type": _has(FacetKind.ERROR_TYPE),
    "subject": _about,
    "service": lambda service: Q(service=service),
    "has_errors": lambda some: Q(error_count__gt=0) if some else Q(error_count=0),
    "since": lambda since: Q(last_seen__gte=since),
    "until": lambda until: Q(first_seen__lt=until),
    "longer": lambda longer: Q(last_seen__gte=F("first_seen") + longer),
    "shorter": lambda shorter: Q(last_seen__lt=F("first_seen") + shorter),
    "costlier_nanos": lambda nanos: Q(cost_nanos__gte=nanos),
    "cheaper_nanos": lambda nanos: Q(cost_nanos__lt=nanos),
    "memory_id": _touched,
    "text": called,
}


def _microseconds() -> Func:
    """How long it took, as a number that a page's address can name."""
    return Func(
        F("last_seen"),
        F("first_seen"),
        template="(extract(epoch FROM %(expressions)s) * 1000000)::int8",
        arg_joiner=" - ",
        output_field=BigIntegerField(),
    )

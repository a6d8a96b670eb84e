"""In which state a run is. Some states come with time alone: they are told when they are read.

What a row says by itself is its phase, a column. Over a phase that time decides stands the latest
sign of life: the end of a step, or a heartbeat. Whoever lists runs, counts them or shows one
takes the state from here, so that no two places differ, and none waits for a sweep.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Greatest
from django.db.models.lookups import LessThanOrEqual

# After so long without a sign of life nobody waits for a root any more.
ROOT_GIVEN_UP = timedelta(days=1)


class RunStatus(models.TextChoices):
    RUNNING = "running"
    WAITING = "waiting"  # for a person
    STUCK = "stuck"  # open, and silent for longer than it ever is
    FAILED = "failed"
    FINISHED = "finished"


class RunPhase(models.TextChoices):
    """What a run's own row says. Time decides over OPEN, ROOTLESS and ALIVE."""

    WAITING = "waiting"
    OPEN = "open"  # a step has begun and not ended
    ROOTLESS = "rootless"  # all its steps ended, but a root has not arrived
    ALIVE = "alive"  # all has ended, and it was told to be alive after that
    FAILED = "failed"
    FINISHED = "finished"


UNDECIDED = (RunPhase.OPEN, RunPhase.ROOTLESS, RunPhase.ALIVE)

PHASE = Case(
    When(
        Q(open_approvals__gt=0)
        | Q(waiting_at__gte=F("stepped_at"))
        | Q(waiting_at__isnull=False, stepped_at__isnull=True),
        then=Value(RunPhase.WAITING),
    ),
    When(open_spans__gt=0, then=Value(RunPhase.OPEN)),
    When(
        Q(open_traces__gt=0) | Q(span_count=0), root_given_up=False, then=Value(RunPhase.ROOTLESS)
    ),
    When(told_at__gt=F("last_seen"), then=Value(RunPhase.ALIVE)),
    When(root_failed=True, then=Value(RunPhase.FAILED)),
    default=Value(RunPhase.FINISHED),
    output_field=models.TextField(),
)
PATIENCE = Func(F("pulse"), function="audit_patience", output_field=models.DurationField())


def sign_of_life() -> Any:
    """When it last did something, or was last told to be alive."""
    return Greatest("last_seen", "heartbeat_at", "told_at")


def in_status(status: RunStatus, at: datetime) -> Q:
    """The runs that are in a state at a moment; of the five exactly one holds for each run."""
    return dict(_table(at))[status]


def status_at(at: datetime) -> Case:
    """The state of each run, as an annotation."""
    return Case(
        *(When(condition, then=Value(status)) for status, condition in _table(at)),
        output_field=models.TextField(),
    )


def root_given_up(at: datetime) -> Q:
    """Runs whose root nobody waits for any more."""
    return Q(phase=RunPhase.ROOTLESS) & _silent(at) & _long_silent(at)


def _table(at: datetime) -> list[tuple[RunStatus, Q]]:
    undecided = Q(phase__in=UNDECIDED)
    over = undecided & (root_given_up(at) | Q(phase=RunPhase.ALIVE) & _silent(at))
    stuck = Q(phase=RunPhase.OPEN) | Q(phase=RunPhase.ROOTLESS) & ~_long_silent(at)
    return [
        (RunStatus.WAITING, Q(phase=RunPhase.WAITING)),
        (RunStatus.RUNNING, undecided & ~_silent(at)),
        (RunStatus.STUCK, undecided & _silent(at) & stuck),
        (RunStatus.FAILED, Q(phase=RunPhase.FAILED) | over & Q(root_failed=True)),
        (RunStatus.FINISHED, Q(phase=RunPhase.FINISHED) | over & Q(root_failed=False)),
    ]


def _silent(at: datetime) -> Q:
    return Q(LessThanOrEqual(sign_of_life() + F("patience"), Value(at)))


def _long_silent(at: datetime) -> Q:
    return Q(LessThanOrEqual(sign_of_life(), Value(at - ROOT_GIVEN_UP)))

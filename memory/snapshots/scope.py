"""What a snapshot is of: which memories, as they were at which moment."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from console.accounts.models import Subject
from memory.models import MemoryTransition, MemoryVersion, SnapshotItem, State
from memory.retrieval.filters import Filter, parse_filter
from memory.retrieval.history import last_steps
from memory.retrieval.narrowing import version_satisfying

MAX_ITEMS = 5_000
# What had been deleted then was not there any more.
GONE = [State.RETIRED, State.ERASED]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotScope:
    """`filters` as JSON, kept as it was sent; asked of the version in force then."""

    as_of: datetime
    subject: str = ""
    namespace: tuple[str, ...] = ()
    filters: dict[str, Any] = field(default_factory=dict)

    def subject_id(self) -> UUID | None:
        known = Subject.objects.filter(external_id=self.subject).first() if self.subject else None
        return known.id if known else None


def items_of(scope: SnapshotScope) -> list[SnapshotItem]:
    """The memories there were, each as it was; at most MAX_ITEMS + 1, not saved.

    Raises InvalidInputError on the filter.
    """
    wanted = versions_within(
        subject=scope.subject, namespace=scope.namespace, filters=parse_filter(scope.filters)
    ).filter(memory_id=OuterRef("memory_id"), number=OuterRef("version"))
    steps = (
        last_steps(scope.as_of).filter(Exists(wanted)).exclude(state__in=GONE).order_by("memory_id")
    )
    return [
        SnapshotItem(
            memory_id=step.memory_id, version=step.version, state=_state_at(step, scope.as_of)
        )
        for step in steps[: MAX_ITEMS + 1]
    ]


def versions_within(
    *, subject: str, namespace: tuple[str, ...], filters: Filter
) -> QuerySet[MemoryVersion]:
    """Of every memory and moment, whoever may recall it: for those who may read them all."""
    versions = MemoryVersion.objects.filter(version_satisfying(filters))
    if namespace:
        place = list(namespace)
        versions = versions.filter(**{f"memory__namespace__0_{len(place)}": place})
    if subject:
        versions = versions.filter(memory__subject__external_id=subject)
    return versions


def _state_at(step: MemoryTransition, at: datetime) -> str:
    due = step.state == State.ACTIVE and step.expires_at is not None and step.expires_at <= at
    return State.EXPIRED if due else step.state

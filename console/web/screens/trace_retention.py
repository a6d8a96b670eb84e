"""What is stored of traces now, and since when, beside how long it is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Min, QuerySet, Sum

from audit.models import AgentMinute, MemoryAccess, Run, SpanContent
from audit.rules.retention import Retention
from console.web.quantities import MOST_COUNTED, bounded


@dataclass(frozen=True, slots=True)
class StoredPart:
    """`since` is None where nothing is stored."""

    name: str
    amount: str
    since: date | datetime | None
    days: int


def stored_parts(days: Retention) -> list[StoredPart]:
    """Counts stop where counting would take long."""
    runs = Run.objects.aggregate(spans=Sum("span_count"), since=Min("first_seen"))
    # By their ids, which are in the order of time: the smallest is found without looking at all.
    content = SpanContent.objects.order_by("id").only("day").first()
    access = MemoryAccess.objects.order_by("id").only("at").first()
    minutes = AgentMinute.objects.order_by("minute").values_list("minute", flat=True).first()
    return [
        StoredPart(
            "What spans said",
            f"{_some(SpanContent.objects.all())} blocks",
            content.day if content else None,
            days.content_days,
        ),
        StoredPart("Spans", f"{runs['spans'] or 0:,}", runs["since"], days.span_days),
        StoredPart(
            "Memories touched",
            _some(MemoryAccess.objects.all()),
            access.at if access else None,
            days.access_days,
        ),
        StoredPart("Counts by minute", _some(AgentMinute.objects.all()), minutes, days.count_days),
    ]


def _some(rows: QuerySet[Any]) -> str:
    return bounded(rows[: MOST_COUNTED + 1].count())

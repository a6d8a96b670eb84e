"""What was stopped, and how much of what was written is signed and was looked at."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDay

from audit.event_filter import EventFilter, find_events
from audit.models import AuditEvent
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from console.web.charts import Columns, Datum, Meter, Series, columns, meter
from console.web.forms.filters import midnight
from console.web.screens.posture.tile import Tile, address, day, plural
from memory.models import ReviewKind, ReviewStatus
from memory.stopped import blocked, quarantined

DAYS = 30
WEEK = 7
# Opened by a write; the others ask about what is in force.
OF_WRITES = (
    ReviewKind.NEW,
    ReviewKind.REVISION,
    ReviewKind.CONTRADICTION,
    ReviewKind.QUARANTINE,
)
LATEST = 1000
# By their ids: asked of each row, every signature and review of the tenant would be read first.
COVERAGE = """
WITH latest AS MATERIALIZED (
  SELECT id, memory_id, number FROM memory_memoryversion
  WHERE tenant_id = %(tenant)s AND author_kind = 'agent' ORDER BY id DESC LIMIT %(latest)s
)
SELECT count(*),
  (SELECT count(*) FROM latest l
   JOIN memory_writesignature s ON s.tenant_id = %(tenant)s AND s.id = l.id),
  (SELECT count(DISTINCT l.id) FROM latest l
   JOIN memory_reviewitem r
     ON r.tenant_id = %(tenant)s AND r.memory_id = l.memory_id AND r.version = l.number
   WHERE r.kind = ANY(%(kinds)s) AND r.status <> %(open)s)
FROM latest
"""
SIGNED_TARGET = 0.95


@dataclass(frozen=True, slots=True)
class StoppedPosture:
    tiles: list[Tile]
    by_day: Columns


@dataclass(frozen=True, slots=True)
class CoveragePosture:
    """Of the agents' LATEST writes."""

    signed: Meter
    reviewed: Meter


def stopped_posture() -> StoppedPosture:
    days = [day(back) for back in reversed(range(DAYS))]
    events = find_events(EventFilter(since=midnight(days[0])))
    refused, held = _by_day(blocked(events)), _by_day(quarantined(events))
    week = sum(refused[one] for one in days[-WEEK:])
    since = {"since": days[-WEEK].isoformat()}
    tiles = [
        Tile(
            "Blocked writes",
            f"{week:,}",
            f"refused within {WEEK} days",
            address("audit-list", outcome="blocked", **since),
            "warn" if week else "neutral",
        )
    ]
    chart = columns(
        id="stopped",
        title=f"Writes stopped in {DAYS} days",
        description=(
            f"{plural(sum(refused.values()), 'write')} refused and"
            f" {plural(sum(held.values()), 'write')} quarantined since {days[0]:%-d %B}."
        ),
        first="Day (UTC)",
        labels=[f"{one:%-d %b}" for one in days],
        series=[
            Series("Refused", "warn", [_datum(one, refused, "blocked") for one in days]),
            Series("Quarantined", "danger", [_datum(one, held, "quarantined") for one in days]),
        ],
    )
    return StoppedPosture(tiles, chart)


def coverage_posture() -> CoveragePosture:
    """Of so many of the latest, and no more: the share of all ever written is nobody's question."""
    asked = {
        "tenant": current_tenant_id(),
        "latest": LATEST,
        "kinds": list(OF_WRITES),
        "open": ReviewStatus.OPEN,
    }
    [(writes, signed, decided)] = fetch(COVERAGE, asked)
    return CoveragePosture(
        meter(
            id="signed",
            title="Signed",
            part=signed,
            whole=writes,
            target=SIGNED_TARGET,
            href=address("memory-list", signed="no"),
        ),
        meter(
            id="reviewed",
            title="Decided by a person",
            part=decided,
            whole=writes,
            href=address("review-list", status="decided"),
        ),
    )


def _by_day(events: QuerySet[AuditEvent]) -> Counter[date]:
    grouped = (
        events.order_by()
        .annotate(day=TruncDay("recorded_at", tzinfo=UTC))
        .values_list("day")
        .annotate(count=Count("*"))
    )
    return Counter({moment.date(): count for moment, count in grouped})


def _datum(one: date, counts: Counter[date], outcome: str) -> Datum:
    only = {"since": one.isoformat(), "until": one.isoformat()}
    return Datum(counts[one], address("audit-list", outcome=outcome, **only))

"""How many of some events there are of each kind, actor, outcome and reason, and of each day."""

from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from audit.models import AuditEvent

# Events looked at, the newest first: where there are more, a count is of at least so many.
MOST_LOOKED_AT = 10_000
MOST_NAMED = 12

# `rows` is the caller's statement; its parameters travel with it.
COUNT = """
WITH found AS MATERIALIZED ({rows}), counted AS (
  SELECT 'kind' AS facet, kind AS value, '' AS label, count(*) AS times FROM found GROUP BY kind
  UNION ALL
  SELECT 'actor', actor_id::text, CASE WHEN min(actor_kind) = 'system' THEN 'Mnemoscope itself'
    ELSE max(actor_label) END, count(*) FROM found GROUP BY actor_id
  UNION ALL
  SELECT 'by', actor_kind, '', count(*) FROM found GROUP BY actor_kind
  UNION ALL
  SELECT 'outcome', outcome, '', count(*) FROM found GROUP BY outcome
  UNION ALL
  SELECT 'reason', reason, '', count(*) FROM found WHERE reason <> '' GROUP BY reason
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY facet ORDER BY times DESC, value) AS place FROM counted
)
SELECT facet, value, label, times FROM placed WHERE place <= %s
UNION ALL
SELECT 'day', (recorded_at AT TIME ZONE 'UTC')::date::text, split_part(kind, '.', 1), count(*)
FROM found GROUP BY 2, 3
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """`label` is an actor's name at the time."""

    value: str
    label: str
    times: int


@dataclass(frozen=True, slots=True)
class EventCounts:
    """By facet, the most frequent first; by day and noun of the kind. `is_cut`: there are more."""

    facets: dict[str, list[Counted]] = field(default_factory=dict)
    days: dict[date, dict[str, int]] = field(default_factory=dict)
    is_cut: bool = False


def count_events(events: QuerySet[AuditEvent]) -> EventCounts:
    """One statement; of the newest MOST_LOOKED_AT."""
    columns = ("kind", "actor_id", "actor_label", "actor_kind", "outcome", "reason", "recorded_at")
    newest = events.order_by("-id").values(*columns)[:MOST_LOOKED_AT]
    try:
        rows, params = newest.query.sql_with_params()
    except EmptyResultSet:  # nothing can satisfy it, so that it has no SQL
        return EventCounts()
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(rows=rows), [*params, MOST_NAMED])
        counted: list[tuple[str, str, str, int]] = cursor.fetchall()
    facets: dict[str, list[Counted]] = {}
    days: dict[date, dict[str, int]] = {}
    for facet, value, label, times in counted:
        if facet == "day":
            days.setdefault(date.fromisoformat(value), {})[label] = times
        else:
            facets.setdefault(facet, []).append(Counted(value, label, times))
    for ones in facets.values():
        ones.sort(key=lambda one: -one.times)
    total = sum(times for of_day in days.values() for times in of_day.values())
    return EventCounts(facets, days, is_cut=total >= MOST_LOOKED_AT)

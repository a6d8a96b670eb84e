"""How many of some runs there are of each status and agent."""

from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from audit.models import Run

# Runs looked at, the newest first: where there are more, a count is of at least so many.
MOST_LOOKED_AT = 10_000
MOST_NAMED = 8
FACETS = ("status", "agent")

# `rows` is the caller's statement; its parameters travel with it.
COUNT = """
WITH found AS MATERIALIZED ({rows}), counted AS (
  SELECT 'status' AS facet, status AS value, count(*) AS times FROM found GROUP BY status
  UNION ALL
  SELECT 'agent', agent, count(*) FROM found WHERE agent <> '' GROUP BY agent
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY facet ORDER BY times DESC, value) AS place FROM counted
)
SELECT facet, value, times FROM placed WHERE place <= %s
UNION ALL SELECT 'all', '', count(*) FROM found
ORDER BY facet, times DESC, value
"""


@dataclass(frozen=True, slots=True)
class RunCounts:
    """By facet and value, the most frequent values first. `is_cut`: there are more runs."""

    total: int
    values: dict[str, dict[str, int]]

    @property
    def is_cut(self) -> bool:
        return self.total >= MOST_LOOKED_AT


def count_runs(runs: QuerySet[Run]) -> RunCounts:
    """One statement; of the newest MOST_LOOKED_AT."""
    newest = runs.order_by("-last_seen", "-id").values("id", "status", "agent")
    try:
        rows, params = newest[:MOST_LOOKED_AT].query.sql_with_params()
    except EmptyResultSet:  # nothing can satisfy it, so that it has no SQL
        return RunCounts(0, {facet: {} for facet in FACETS})
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(rows=rows), [*params, MOST_NAMED])
        counted: list[tuple[str, str, int]] = cursor.fetchall()
    values: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    total = 0
    for facet, value, times in counted:
        if facet in values:
            values[facet][value] = times
        else:
            total = times
    return RunCounts(total, values)

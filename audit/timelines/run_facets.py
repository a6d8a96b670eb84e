"""How many of some runs there are of each status, agent, tool, model and error type."""

from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from audit.models import FacetKind, Run
from console.tenancy.scope import current_tenant_id

# Runs looked at, the newest first: where there are more, a count is of at least so many.
MOST_LOOKED_AT = 10_000
MOST_NAMED = 8
KINDS = {
    "agent": FacetKind.AGENT,
    "tool": FacetKind.TOOL,
    "model": FacetKind.MODEL,
    "error_type": FacetKind.ERROR_TYPE,
}
STATUS = -1

# `rows` is the caller's statement; its parameters travel with it.
COUNT = """
WITH found AS MATERIALIZED ({rows}), counted AS (
  SELECT {status} AS kind, status AS value, count(*) AS times FROM found GROUP BY status
  UNION ALL
  SELECT facet.kind, facet.value, count(*) FROM found
  JOIN audit_runfacet AS facet
    ON facet.tenant_id = %s AND facet.run_id = found.id AND facet.kind = ANY(%s)
  GROUP BY facet.kind, facet.value
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY kind ORDER BY times DESC, value) AS place FROM counted
)
SELECT kind, value, times, (SELECT count(*) FROM found) FROM placed WHERE place <= %s
ORDER BY kind, times DESC, value
"""


@dataclass(frozen=True, slots=True)
class RunCounts:
    """By facet and value, the most frequent values first. `is_cut`: there are more runs."""

    values: dict[str, dict[str, int]]
    is_cut: bool


def count_runs(runs: QuerySet[Run]) -> RunCounts:
    """One statement; of the newest MOST_LOOKED_AT."""
    values: dict[str, dict[str, int]] = {"status": {}, **{facet: {} for facet in KINDS}}
    rows_of = runs.order_by("-last_seen", "-id").values("id", "status")  # type: ignore[misc]
    newest = rows_of[:MOST_LOOKED_AT]
    try:
        rows, params = newest.query.sql_with_params()
    except EmptyResultSet:  # nothing can satisfy it, so that it has no SQL
        return RunCounts(values, is_cut=False)
    kinds = [int(kind) for kind in KINDS.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT.format(rows=rows, status=STATUS),
            [*params, current_tenant_id(), kinds, MOST_NAMED],
        )
        counted: list[tuple[int, str, int, int]] = cursor.fetchall()
    names = {STATUS: "status", **{int(kind): facet for facet, kind in KINDS.items()}}
    for kind, value, times, _ in counted:
        values[names[kind]][value] = times
    return RunCounts(values, is_cut=any(found >= MOST_LOOKED_AT for *_, found in counted))

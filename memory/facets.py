"""How many of some memories there are of each state, kind, tier, agent, subject and expiry."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from console.tenancy.scope import current_tenant_id

# A count is told exactly up to this.
MOST_COUNTED = 500
# Rows looked at, the newest first: where there are more, a count is of at least so many.
MOST_LOOKED_AT = 5_000
MOST_NAMED = 8
FACETS = ("state", "kind", "tier", "agent", "subject", "expiry")
TOLD = [f"told_{facet}" for facet in FACETS]


@dataclass(frozen=True, slots=True)
class Count:
    """`at_least`: there may be more than `number`, which never exceeds MOST_COUNTED."""

    number: int
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """By facet and value, the most frequent values first; at most MOST_NAMED of each."""

    total: Count
    values: dict[str, dict[str, Count]] = field(default_factory=dict)


# `rows` is the caller's statement; its parameters travel with it. What is signed is sought for the
# rows looked at: a condition of the caller's statement would have it sought for all there are.
COUNT = """
WITH found AS MATERIALIZED ({rows}), signed AS (
  SELECT count(*) AS times FROM found
  JOIN memory_memoryversion v
    ON v.tenant_id = %s AND v.memory_id = found.{memory} AND v.number = found.version
  JOIN memory_writesignature s ON s.tenant_id = v.tenant_id AND s.id = v.id
), counted AS (
  SELECT grouping({told}) AS grouped, coalesce({texts}) AS value, count(*) AS times
  FROM found GROUP BY GROUPING SETS ({sets}, ())
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY grouped ORDER BY times DESC, value) AS place
  FROM counted
)
SELECT grouped, value, times FROM placed WHERE place <= %s
UNION ALL SELECT -1, 'signed', times FROM signed
ORDER BY grouped, times DESC, value
"""
SIGNED = -1
ALL = 2 ** len(FACETS) - 1
# grouping() has a bit for each column that a row is not grouped by, the first one's the highest.
GROUPED = {ALL ^ (1 << place): facet for place, facet in enumerate(reversed(FACETS))}


def count_facets(rows: QuerySet[Any], *, newest: str) -> Counted:
    """Of rows of `memory.browsing`; `newest` is their column of memory ids."""
    looked_at = rows.order_by(f"-{newest}")[:MOST_LOOKED_AT]
    try:
        inner, params = looked_at.values(*TOLD, newest, "version").query.sql_with_params()
    except EmptyResultSet:  # nothing can satisfy it, so that it has no SQL
        return Counted(Count(0), {facet: {} for facet in FACETS})
    sql = COUNT.format(
        rows=inner,
        memory=newest,
        told=", ".join(TOLD),
        texts=", ".join(f"{name}::text" for name in TOLD),
        sets=", ".join(f"({name})" for name in TOLD),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, current_tenant_id(), MOST_NAMED])
        counted = cursor.fetchall()
    [total] = [times for grouped, _, times in counted if grouped == ALL]
    [signed] = [times for grouped, _, times in counted if grouped == SIGNED]
    cut = total >= MOST_LOOKED_AT
    values: dict[str, dict[str, Count]] = {facet: {} for facet in FACETS}
    for grouped, value, times in counted:
        if grouped in GROUPED and value is not None:
            values[GROUPED[grouped]][value] = _count(times, cut=cut)
    of_signature = {"yes": signed, "no": total - signed}
    values["signed"] = {
        name: _count(times, cut=cut) for name, times in of_signature.items() if times
    }
    return Counted(_count(total, cut=cut), values)


def _count(times: int, *, cut: bool = False) -> Count:
    return Count(min(times, MOST_COUNTED), cut or times > MOST_COUNTED)

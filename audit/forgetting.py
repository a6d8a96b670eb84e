"""Traces whose time is up: a day that every tenant is done with is dropped, the rest is deleted.

Dropping a partition costs nothing and deletes for all tenants at once, so the database allows it
only where each of them has kept the day for as long as it wants and none holds anything of it
(`audit_drop_day`). A tenant that keeps less has its rows deleted, a day at a time, but for those
that are held. Late or twice, it does the same: what is left is told by the rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.utils import OperationalError

from audit.held import ACCESS_HELD, CONTENT_HELD, RUN_HELD, SPAN_HELD
from audit.partitions import LOCK_NOT_AVAILABLE, OLDEST_DAYS
from audit.rules.setting import retention_of_tenant
from audit.trail import append
from console.accounts.actor import system_actor
from console.platform.clock import now
from console.platform.ids import first_id_of
from console.tenancy.scope import current_tenant_id, system_scope

DAYS = """
SELECT to_date(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = %s::regclass AND c.relname ~ '_[0-9]{8}$' ORDER BY 1
"""
DROP = "SELECT audit_drop_day(%s, %s)"
PARTITIONED = ("audit_spancontent", "audit_span", "audit_memoryaccess")

# A clock that is years behind must not make a span forgotten as it arrives: further back than
# partitions are made, the time of arrival counts, which a UUIDv7 tells as well.
OLD_CONTENT = f"""
DELETE FROM audit_spancontent
WHERE NOT {CONTENT_HELD} AND tenant_id = %(tenant)s AND day < %(before)s::date
  AND (id < %(before_id)s OR day >= uuid_extract_timestamp(id)::date - %(oldest)s)
"""  # noqa: S608 - constants of ours
OLD_SPANS = f"""
DELETE FROM audit_span
WHERE NOT {SPAN_HELD} AND tenant_id = %(tenant)s AND start_time < %(before)s
  AND (received_at < %(before)s OR start_time >= received_at - %(oldest)s * interval '1 day')
"""  # noqa: S608
OLD_ACCESSES = f"""
DELETE FROM audit_memoryaccess
WHERE NOT {ACCESS_HELD} AND tenant_id = %(tenant)s AND at < %(before)s AND (id < %(before_id)s
  OR at >= uuid_extract_timestamp(id) - %(oldest)s * interval '1 day')
"""  # noqa: S608
OLD_MINUTES = "DELETE FROM audit_agentminute WHERE tenant_id = %(tenant)s AND minute < %(before)s"
# A run is a summary: it stays while it has spans, and as long as the counts.
OLD_RUNS = f"""
WITH old AS (
  SELECT id FROM audit_run r
  WHERE NOT {RUN_HELD} AND tenant_id = %(tenant)s AND last_seen < %(before)s
    AND NOT EXISTS (SELECT FROM audit_span s WHERE s.tenant_id = r.tenant_id AND s.run_id = r.id)
  ORDER BY last_seen LIMIT %(most)s),
traces AS (
  DELETE FROM audit_trace t USING old WHERE t.tenant_id = %(tenant)s AND t.run_id = old.id),
facets AS (
  DELETE FROM audit_runfacet f USING old WHERE f.tenant_id = %(tenant)s AND f.run_id = old.id)
DELETE FROM audit_run r USING old WHERE r.tenant_id = %(tenant)s AND r.id = old.id
"""  # noqa: S608
MOST_RUNS = 5_000


def drop_old_days() -> dict[str, list[date]]:
    """The days whose partitions no tenant keeps any more, dropped; which those were, by table."""
    dropped: dict[str, list[date]] = {}
    for table in PARTITIONED:
        for day in _days_of(table):
            # Not up to the first that stays: one that is held does not keep those after it.
            if not _drop(table, day):
                continue
            dropped.setdefault(table, []).append(day)
    return dropped


def _days_of(table: str) -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(DAYS, [table])
        return [day for (day,) in cursor.fetchall()]


def _drop(table: str, day: date) -> bool:
    """Whether it is gone; a day that is being read, or still kept, is left for later."""
    try:
        with system_scope(), connection.cursor() as cursor:
            cursor.execute(DROP, [table, day])
            [(is_gone,)] = cursor.fetchall()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        return False
    return bool(is_gone)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Rows deleted of the tenant at hand."""

    contents: int
    spans: int
    accesses: int
    minutes: int
    runs: int


def forget_old_traces(dropped: Mapping[str, Sequence[str]]) -> Forgotten:
    """Deletes what the tenant at hand keeps no longer, and puts that on record.

    `dropped` are the days (ISO 8601) by table that went with their partitions.
    """
    kept = retention_of_tenant()
    forgotten = Forgotten(
        contents=_delete(OLD_CONTENT, kept.content_days),
        spans=_delete(OLD_SPANS, kept.span_days),
        accesses=_delete(OLD_ACCESSES, kept.access_days),
        minutes=_delete(OLD_MINUTES, kept.count_days),
        runs=_delete(OLD_RUNS, kept.count_days),
    )
    if dropped or any(asdict(forgotten).values()):
        append(
            actor=system_actor(current_tenant_id(), "retention"),
            kind="traces.forgotten",
            object_kind="trace_retention",
            payload={"deleted": asdict(forgotten), "dropped": dropped, "kept": asdict(kept)},
        )
    return forgotten


def _delete(statement: str, days: int) -> int:
    """How many rows that were. What is kept begins with a day (UTC)."""
    first = datetime.combine(now().astimezone(UTC).date() - timedelta(days), time.min, UTC)
    bounds: dict[str, Any] = {
        "tenant": current_tenant_id(),
        "before": first,
        "before_id": first_id_of(first),
        "oldest": OLDEST_DAYS,
        "most": MOST_RUNS,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, bounds)
        return int(cursor.rowcount)

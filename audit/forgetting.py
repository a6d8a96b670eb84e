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
from audit.rules.retention import Retention
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


@dataclass(frozen=True, slots=True)
class Part:
    """What is deleted together: rows of `table` so `about` that are `old` and not `held`.

    `days` names its number in Retention, `when` the column that tells a row's age.
    """

    name: str
    table: str
    days: str
    when: str
    old: str
    held: str = "false"
    about: str = "true"

    def days_of(self, kept: Retention) -> int:
        """What is about a subject is kept for as long as the rest at most."""
        days: int = getattr(kept, self.days)
        return min(days, kept.content_days) if self.table == "audit_spancontent" else days

    @property
    def delete(self) -> str:
        return (
            f"DELETE FROM {self.table} WHERE tenant_id = %(tenant)s AND {self.about}"  # noqa: S608
            f" AND {self.old} AND NOT {self.held}"
        )


# A clock that is years behind must not make a span forgotten as it arrives: further back than
# partitions are made, the time of arrival counts, which a UUIDv7 tells as well.
_OLD_DAY = """day < %(before)s::date
  AND (id < %(before_id)s OR day >= uuid_extract_timestamp(id)::date - %(oldest)s)"""
_OLD_SPAN = """start_time < %(before)s AND (received_at < %(before)s
  OR start_time >= received_at - %(oldest)s * interval '1 day')"""
_OLD_ACCESS = """at < %(before)s AND (id < %(before_id)s
  OR at >= uuid_extract_timestamp(id) - %(oldest)s * interval '1 day')"""
PARTS = (
    Part(
        "personal_contents",
        "audit_spancontent",
        "personal_content_days",
        "day",
        _OLD_DAY,
        CONTENT_HELD,
        "subject_id IS NOT NULL",
    ),
    Part(
        "contents",
        "audit_spancontent",
        "content_days",
        "day",
        _OLD_DAY,
        CONTENT_HELD,
        "subject_id IS NULL",
    ),
    Part("spans", "audit_span", "span_days", "start_time", _OLD_SPAN, SPAN_HELD),
    Part("accesses", "audit_memoryaccess", "access_days", "at", _OLD_ACCESS, ACCESS_HELD),
    Part("minutes", "audit_agentminute", "count_days", "minute", "minute < %(before)s"),
)
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

    personal_contents: int
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
    deleted = {part.name: execute(part.delete, bounds_of(part.days_of(kept))) for part in PARTS}
    runs = execute(OLD_RUNS, bounds_of(kept.count_days) | {"most": MOST_RUNS})
    forgotten = Forgotten(**deleted, runs=runs)
    if dropped or any(asdict(forgotten).values()):
        append(
            actor=system_actor(current_tenant_id(), "retention"),
            kind="traces.forgotten",
            object_kind="trace_retention",
            payload={"deleted": asdict(forgotten), "dropped": dropped, "kept": asdict(kept)},
        )
    return forgotten


def bounds_of(days: int) -> dict[str, Any]:
    """What is kept begins with a day (UTC)."""
    first = datetime.combine(now().astimezone(UTC).date() - timedelta(days), time.min, UTC)
    return {
        "tenant": current_tenant_id(),
        "before": first,
        "before_id": first_id_of(first),
        "oldest": OLDEST_DAYS,
    }


def execute(statement: str, bounds: dict[str, Any]) -> int:
    """How many rows that were."""
    with connection.cursor() as cursor:
        cursor.execute(statement, bounds)
        return int(cursor.rowcount)

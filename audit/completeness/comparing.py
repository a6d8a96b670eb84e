"""Changed rows beside events, some transactions at a time: what one side has and the other lacks.

Only transactions that have ended are looked at, so that what is still under way is no finding.
What the database's guard lets through (`audit.operations`) matches here, by the same function.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from audit.kinds import OBSERVED
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

CHUNK = 5_000  # rows, or events, of one side at a time
MOST_FINDINGS = 200


class Missing(StrEnum):
    """What is the matter with a finding."""

    EVENT = "event"  # a row changed, and no event tells of it
    CHANGE = "change"  # an event tells of a change, and no row was changed
    ONCE = "once"  # several events tell of one change


@dataclass(frozen=True, slots=True)
class Finding:
    """`table`, `row` and `operation` of a change that nobody told; `event` and `kind` of an event.

    `at` is RFC 3339; ids are text.
    """

    missing: Missing
    xid: int
    at: str
    object_kind: str
    object_id: str | None
    table: str = ""
    row: str = ""
    operation: str = ""
    event: str = ""
    kind: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Comparison:
    """Of all that was looked at so far."""

    rows: int = 0
    events: int = 0
    counts: dict[Missing, int] = field(default_factory=lambda: dict.fromkeys(Missing, 0))
    findings: list[Finding] = field(default_factory=list)

    def add(self, found: Sequence[Finding]) -> None:
        for one in found:
            self.counts[one.missing] += 1
        self.findings += found[: MOST_FINDINGS - len(self.findings)]


ENDED = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# Events from before rows were put down, or whose rows are kept no more, have nothing to match.
FIRST = "SELECT min(xid) FROM audit_rowchange WHERE tenant_id = %s"
END_OF_CHUNK = """
SELECT min(last) FROM (
  SELECT max(xid) AS last, count(*) AS many FROM (
    SELECT xid FROM audit_rowchange WHERE tenant_id = %(tenant)s AND xid >= %(first)s
      AND xid < %(end)s ORDER BY xid LIMIT %(chunk)s) AS rows
  UNION ALL
  SELECT max(xid), count(*) FROM (
    SELECT xid FROM audit_auditevent WHERE tenant_id = %(tenant)s AND xid >= %(first)s
      AND xid < %(end)s ORDER BY xid LIMIT %(chunk)s) AS events
) AS sides WHERE many = %(chunk)s
"""
COUNTS = """
SELECT (SELECT count(*) FROM audit_rowchange
        WHERE tenant_id = %(tenant)s AND xid >= %(first)s AND xid < %(end)s),
       (SELECT count(*) FROM audit_auditevent
        WHERE tenant_id = %(tenant)s AND xid >= %(first)s AND xid < %(end)s)
"""
UNTOLD = """
SELECT xid, at, object_kind, object_id, source, row_id, operation FROM audit_rowchange
WHERE tenant_id = %(tenant)s AND xid >= %(first)s AND xid < %(end)s
  AND NOT mnemoscope_is_told(tenant_id, xid, ARRAY[object_id, row_id] || also)
ORDER BY xid, source, row_id
"""
UNMATCHED = """
SELECT e.xid, e.recorded_at, e.object_kind, e.object_id, e.id, e.kind FROM audit_auditevent AS e
WHERE e.tenant_id = %(tenant)s AND e.xid >= %(first)s AND e.xid < %(end)s
  AND e.outcome = 'done' AND e.kind <> ALL (%(observed)s) AND e.object_id IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM audit_rowchange AS r WHERE r.tenant_id = e.tenant_id AND r.xid = e.xid
      AND e.object_id = ANY (ARRAY[r.object_id, r.row_id] || r.also))
  AND NOT EXISTS (
    SELECT FROM audit_rowchange AS r WHERE r.tenant_id = e.tenant_id AND r.xid = e.xid
      AND (strpos(e.payload::text, r.object_id::text) > 0
           OR strpos(e.payload::text, r.row_id::text) > 0))
ORDER BY e.xid, e.id
"""
# The same told twice of one thing, within one transaction.
DOUBLED = """
SELECT xid, min(recorded_at), object_kind, object_id, max(id::text), kind FROM audit_auditevent
WHERE tenant_id = %(tenant)s AND xid >= %(first)s AND xid < %(end)s
  AND outcome = 'done' AND kind <> ALL (%(observed)s) AND object_id IS NOT NULL
GROUP BY xid, object_kind, object_id, kind, payload HAVING count(*) > 1
ORDER BY xid
"""


def ended_before() -> int:
    """Every transaction of a lower number has ended."""
    [(xid,)] = fetch(ENDED, [])
    return int(xid)


def first_kept() -> int | None:
    [(xid,)] = fetch(FIRST, [current_tenant_id()])
    return None if xid is None else int(xid)


def end_of_chunk(first: int, end: int) -> int:
    """Up to where to look at once. A transaction is never cut in two."""
    [(last,)] = fetch(END_OF_CHUNK, _between(first, end) | {"chunk": CHUNK})
    return end if last is None else int(last) + 1


def compare(first: int, end: int, *, into: Comparison) -> None:
    """The transactions from `first` up to and without `end`."""
    between = _between(first, end) | {"observed": sorted(OBSERVED)}
    [(rows, events)] = fetch(COUNTS, between)
    into.rows += rows
    into.events += events
    into.add(
        [
            Finding(Missing.EVENT, xid, at.isoformat(), kind, _text(id_), table, str(row), what)
            for xid, at, kind, id_, table, row, what in fetch(UNTOLD, between)
        ]
    )
    for missing, statement in ((Missing.CHANGE, UNMATCHED), (Missing.ONCE, DOUBLED)):
        into.add(
            [
                Finding(missing, xid, at.isoformat(), of, _text(id_), event=str(event), kind=kind)
                for xid, at, of, id_, event, kind in fetch(statement, between)
            ]
        )


def _between(first: int, end: int) -> dict[str, Any]:
    return {"tenant": current_tenant_id(), "first": first, "end": end}


def _text(id_: object) -> str | None:
    return str(id_) if id_ else None

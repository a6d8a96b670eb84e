"""Events get their leaves in the order of their transactions; none that commits late is missed.

An event is sequenced once no transaction as old as its own is running any more
(`xid < pg_snapshot_xmin`): whatever an older one wrote is seen by then, or never will be. Ids and
times do not tell that: a transaction that took its id first may commit last.
"""

from typing import NamedTuple
from uuid import UUID

from audit.models import AuditEvent
from audit.proof.entry import entry_of
from audit.proof.merkle import leaf_hash
from audit.proof.tiles import extend
from console.tenancy.rows import execute, fetch, select
from console.tenancy.scope import current_tenant_id

BATCH = 2_000

# Of the tenant at hand: two sequencers take turns. Held to the end of the transaction.
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('audit log ' || %s, 0))"
MARK = "SELECT xid, event_id FROM audit_logmark WHERE tenant_id = %s"
OLDEST_RUNNING = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
BETWEEN = """
FROM audit_auditevent e WHERE e.tenant_id = %s
  AND e.xid >= %s AND (e.xid, e.id) > (%s, %s) AND e.xid < %s
ORDER BY e.xid, e.id LIMIT %s
"""
WITH_LEAF = "SELECT id FROM audit_logleaf WHERE tenant_id = %s AND id = ANY(%s::uuid[])"
SIZE = "SELECT coalesce(max(index) + 1, 0) FROM audit_logleaf WHERE tenant_id = %s"
ADD = """
INSERT INTO audit_logleaf (tenant_id, id, index, leaf_hash, sequenced_at)
SELECT %s, id, %s + place - 1, hash, clock_timestamp()
FROM unnest(%s::uuid[], %s::bytea[]) WITH ORDINALITY AS added (id, hash, place)
"""
SET_MARK = """
INSERT INTO audit_logmark (tenant_id, xid, event_id) VALUES (%s, %s, %s)
ON CONFLICT (tenant_id) DO UPDATE SET xid = EXCLUDED.xid, event_id = EXCLUDED.event_id
"""


class Mark(NamedTuple):
    """Of an event: what is up to it, by its transaction and then by its id."""

    xid: int
    event_id: UUID


START = Mark(0, UUID(int=0))
EVERY_XID = 2**63 - 1


class Sequenced(NamedTuple):
    """How many events got their leaf, and whether more may wait."""

    leaves: int
    is_more: bool


def lock_log() -> bool:
    """Whether the log of the tenant at hand is ours to extend until the transaction ends."""
    [(is_ours,)] = fetch(LOCK, [str(current_tenant_id())])
    return bool(is_ours)


def log_size() -> int:
    [(size,)] = fetch(SIZE, [current_tenant_id()])
    return int(size)


def mark_of_log() -> Mark:
    rows = fetch(MARK, [current_tenant_id()])
    return Mark(*rows[0]) if rows else START


def sequence(limit: int = BATCH) -> Sequenced:
    """Gives at most the next `limit` events their leaves; needs `lock_log`."""
    mark, end = mark_of_log(), _oldest_running()
    events = _between(mark, end, limit)
    if not events:
        return Sequenced(0, is_more=False)
    is_more = len(events) == limit
    count = _add(events)
    # What is before the oldest running transaction is all there will ever be.
    _set_mark(Mark(events[-1].xid, events[-1].id) if is_more else Mark(end, START.event_id))
    return Sequenced(count, is_more)


def sequence_everything() -> int:
    """Gives every event without a leaf its leaf, in a restored database that nobody writes to yet.

    What was restored may be of transactions that this server has yet to reach, or that lie
    before the mark. Needs `lock_log`.
    """
    mark, count = START, 0
    while events := _between(mark, EVERY_XID, BATCH):
        mark = Mark(events[-1].xid, events[-1].id)
        count += _add(events)
    _set_mark(Mark(_oldest_running(), START.event_id))
    return count


def _oldest_running() -> int:
    [(xid,)] = fetch(OLDEST_RUNNING, [])
    return int(xid)


def _between(mark: Mark, end: int, limit: int) -> list[AuditEvent]:
    """After the mark, of transactions before `end`."""
    rows = select({"e": AuditEvent}, BETWEEN, [current_tenant_id(), mark.xid, *mark, end, limit])
    return [event for (event,) in rows]


def _add(events: list[AuditEvent]) -> int:
    """Leaves for those that have none: after a restore, the mark may be behind."""
    ids = [event.id for event in events]
    placed = {event_id for (event_id,) in fetch(WITH_LEAF, [current_tenant_id(), ids])}
    new = [event for event in events if event.id not in placed]
    if new:
        size = log_size()
        hashes = [leaf_hash(entry_of(event)) for event in new]
        extend(size, hashes)
        execute(ADD, [current_tenant_id(), size, [event.id for event in new], hashes])
    return len(new)


def _set_mark(mark: Mark) -> None:
    execute(SET_MARK, [current_tenant_id(), *mark])

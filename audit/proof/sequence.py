"""Events get their leaves in the order of their transactions; none that commits late is missed.

An event is sequenced once no transaction as old as its own is running any more
(`xid < pg_snapshot_xmin`): whatever an older one wrote is seen by then, or never will be. Ids and
times do not tell that: a transaction that took its id first may commit last.
"""

from datetime import datetime
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
AFTER = """
FROM audit_auditevent e WHERE e.tenant_id = %s
  AND e.xid >= %s AND (e.xid, e.id) > (%s, %s)
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


class Sequenced(NamedTuple):
    """How many events got their leaf, and whether more can get theirs now.

    `waiting_since` is when the oldest was recorded that an older transaction holds up.
    """

    leaves: int
    is_more: bool
    waiting_since: datetime | None


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
    # Asked first: what is older than this is committed or gone when the events are read.
    mark, oldest = mark_of_log(), _oldest_running()
    found = _after(mark, limit)
    events = [event for event in found if event.xid < oldest]
    waiting_since = found[len(events)].recorded_at if len(events) < len(found) else None
    if not events:
        return Sequenced(0, is_more=False, waiting_since=waiting_since)
    leaves, is_more = _add(events), len(events) == limit
    _set_mark(_mark(events) if is_more else Mark(oldest, START.event_id))
    return Sequenced(leaves, is_more, waiting_since)


def sequence_everything() -> int:
    """Gives every event without a leaf its leaf, in a restored database that nobody writes to yet.

    What was restored may be of transactions that this server has yet to reach, or that lie
    before the mark. Needs `lock_log`.
    """
    mark, count = START, 0
    while events := _after(mark, BATCH):
        mark = _mark(events)
        count += _add(events)
    _set_mark(Mark(_oldest_running(), START.event_id))
    return count


def _oldest_running() -> int:
    [(xid,)] = fetch(OLDEST_RUNNING, [])
    return int(xid)


def _after(mark: Mark, limit: int) -> list[AuditEvent]:
    """In the order of their transactions and ids."""
    rows = select({"e": AuditEvent}, AFTER, [current_tenant_id(), mark.xid, *mark, limit])
    return [event for (event,) in rows]


def _mark(events: list[AuditEvent]) -> Mark:
    return Mark(events[-1].xid, events[-1].id)


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

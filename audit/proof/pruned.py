"""Which events retention took away: the log says so itself, by `log.pruned`.

They are the first of the log, up to a checkpoint (C2SP tlog-tiles calls it pruning). Their leaves,
the tiles and the checkpoints stay, so that the log verifies as before.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from audit.models import AuditEvent, Checkpoint, LogLeaf, Outcome
from audit.proof.entry import entry_of
from audit.proof.merkle import leaf_hash
from audit.proof.sequence import mark_of_log
from audit.rules.retention import LEAST_EVENT_DAYS
from console.tenancy.rows import select
from console.tenancy.scope import current_tenant_id

KIND = "log.pruned"
TOLD = """
FROM audit_auditevent e WHERE e.tenant_id = %s AND e.kind = %s
  AND jsonb_typeof(e.payload->'size') = 'number'
  AND jsonb_typeof(e.payload->'checkpoint') = 'number'
ORDER BY e.payload->'size' DESC
"""


@dataclass(frozen=True, slots=True)
class Pruned:
    """The events in the places [0, size) were removed; the last of them at `at`.

    `checkpoint` is the number of the one of that size; `event` says it.
    """

    size: int
    checkpoint: int
    at: datetime
    event: UUID


def payload_of(first: int, checkpoint: Checkpoint) -> dict[str, Any]:
    """Of the event that removes the events in [first, checkpoint.size)."""
    return {
        "first": first,
        "size": checkpoint.size,
        "count": checkpoint.size - first,
        "checkpoint": checkpoint.number,
        "root": b64encode(bytes(checkpoint.root)).decode(),
    }


def pruned_log() -> Pruned | None:
    """Of the tenant at hand, as its events say; None where none was ever removed."""
    rows = select({"e": AuditEvent}, f"{TOLD} LIMIT 1", [current_tenant_id(), KIND])
    return _pruned(rows[0][0]) if rows else None


def proven_pruned_log() -> Pruned | None:
    """The same, as far as the log bears it out: no edited or invented event speaks for a removal.

    What is recorded and has yet to be sequenced speaks already: its events are gone with it.
    """
    for (event,) in select({"e": AuditEvent}, TOLD, [current_tenant_id(), KIND]):
        if _is_in_log(event) and _is_lawful(event):
            return _pruned(event)
    return None


def _pruned(event: AuditEvent) -> Pruned:
    said = event.payload
    return Pruned(int(said["size"]), int(said["checkpoint"]), event.recorded_at, event.id)


def _is_in_log(event: AuditEvent) -> bool:
    leaf = LogLeaf.objects.filter(id=event.id).first()
    if leaf is None:
        return (event.xid, event.id) > mark_of_log()
    return bytes(leaf.leaf_hash) == leaf_hash(entry_of(event))


def _is_lawful(event: AuditEvent) -> bool:
    said = event.payload
    if event.outcome != Outcome.DONE or not isinstance(said.get("first"), int):
        return False
    sealed = Checkpoint.objects.filter(number=said.get("checkpoint")).first()
    if sealed is None or payload_of(said["first"], sealed) != said:
        return False
    return sealed.made_at <= event.recorded_at - timedelta(days=LEAST_EVENT_DAYS)

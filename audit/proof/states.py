"""How far the log vouches for an event, and how far the log itself has come."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from audit.models import Checkpoint
from audit.proof.checkpoints import newest_checkpoint
from audit.proof.pruned import Pruned, pruned_log
from audit.proof.sequence import log_size, mark_of_log
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

LEAVES = """
SELECT l.id, l.index, (SELECT c.number FROM audit_checkpoint c
  WHERE c.tenant_id = l.tenant_id AND c.size > l.index ORDER BY c.size LIMIT 1)
FROM audit_logleaf l WHERE l.tenant_id = %s AND l.id = ANY(%s::uuid[])
"""
ANCHORED = "SELECT max(checkpoint) FROM audit_anchor WHERE tenant_id = %s"
WAITING = """
SELECT recorded_at FROM audit_auditevent
WHERE tenant_id = %s AND xid >= %s AND (xid, id) > (%s, %s) ORDER BY xid, id LIMIT 1
"""


class Stage(StrEnum):
    RECORDED = "recorded"  # committed with its change
    SEQUENCED = "sequenced"  # has its place in the log
    ANCHORED = "anchored"  # a checkpoint over that place is kept outside the database


@dataclass(frozen=True, slots=True)
class ProofState:
    """`checkpoint` is the number of the first one that covers the leaf `index`."""

    name: Stage
    index: int | None = None
    checkpoint: int | None = None


@dataclass(frozen=True, slots=True)
class LogState:
    """`waiting_since` is when the first event that has yet to be looked at was recorded.

    `anchored` is the number of the newest checkpoint that somebody outside has; 0 for none.
    `pruned` tells which of its first events retention removed.
    """

    size: int
    waiting_since: datetime | None
    checkpoint: Checkpoint | None
    anchored: int
    pruned: Pruned | None


def states_of(event_ids: Collection[UUID]) -> dict[UUID, ProofState]:
    """Of events of the tenant at hand."""
    leaves = fetch(LEAVES, [current_tenant_id(), list(event_ids)])
    anchored = _anchored()
    states = dict.fromkeys(event_ids, ProofState(Stage.RECORDED))
    for event_id, index, checkpoint in leaves:
        # Its first checkpoint vouches for it, and so does every later one.
        is_anchored = checkpoint is not None and checkpoint <= anchored
        name = Stage.ANCHORED if is_anchored else Stage.SEQUENCED
        states[event_id] = ProofState(name, index, checkpoint)
    return states


def log_state() -> LogState:
    mark = mark_of_log()
    waiting = fetch(WAITING, [current_tenant_id(), mark.xid, *mark])
    return LogState(
        size=log_size(),
        waiting_since=waiting[0][0] if waiting else None,
        checkpoint=newest_checkpoint(),
        anchored=_anchored(),
        pruned=pruned_log(),
    )


def _anchored() -> int:
    [(number,)] = fetch(ANCHORED, [current_tenant_id()])
    return int(number or 0)

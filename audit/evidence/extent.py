"""Which part of the log a period is: from a checkpoint to a checkpoint, so that both ends prove."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.models import Checkpoint
from audit.proof.pruned import Pruned, pruned_log
from audit.proof.sequence import log_size, mark_of_log
from console.platform.clock import now
from console.platform.errors import ConflictError, InvalidInputError
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

MOST_COUNTED = 10_000
NOT_SEQUENCED = """
SELECT count(*) FROM (SELECT 1 FROM audit_auditevent
WHERE tenant_id = %s AND xid >= %s AND (xid, id) > (%s, %s) LIMIT %s) AS waiting
"""


class NothingSealedError(ConflictError):
    code = "nothing_sealed"
    title = "No checkpoint has been made yet: try again in a minute"


class PrunedPeriodError(ConflictError):
    code = "events_pruned"
    title = "Retention removed the events of this period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Events [first, size) of a tenant's log, under the checkpoints `begins_at` to `ends_at`.

    `begins_at` is 1 for a pack from the log's beginning. `begins` and `ends` are the period that
    was asked for; `waiting` are events so far under no checkpoint, at most `MOST_COUNTED`, where
    the period reaches up to now. `pruned` is None unless the period began with events that
    retention removed: the pack begins behind them.
    """

    tenant_id: UUID
    begins: datetime | None
    ends: datetime | None
    made_at: datetime
    first: int
    size: int
    begins_at: int
    ends_at: int
    sealed_at: datetime
    waiting: int
    pruned: Pruned | None

    audit_kind = "tenant"

    @property
    def id(self) -> UUID:
        return self.tenant_id

    @property
    def events(self) -> int:
        return self.size - self.first

    @property
    def checkpoints(self) -> int:
        return self.ends_at - self.begins_at + 1

    @property
    def is_counted_to_the_limit(self) -> bool:
        return self.waiting == MOST_COUNTED

    @property
    def file_name(self) -> str:
        day = f"{self.begins:%Y-%m-%d}" if self.begins else "beginning"
        return f"evidence-{day}-to-{self.ends or self.sealed_at:%Y-%m-%d}-{self.size}.zip"


def extent_of(begins: datetime | None, ends: datetime | None) -> Extent:
    """In the tenant at hand. Raises NothingSealedError, InvalidInputError, PrunedPeriodError.

    It begins at the last checkpoint made by then and ends at the first made after its end, or at
    the newest: all that was recorded within it and is sealed is in it.
    """
    made_at = now()  # before any checkpoint is read: the pack speaks for no moment after
    if begins is not None and begins >= (ends or made_at):
        raise InvalidInputError.on("from", "after_end", "The period must begin before it ends.")
    checkpoints = Checkpoint.objects.order_by("number")
    before = checkpoints.filter(made_at__lte=begins).last() if begins else None
    last = checkpoints.filter(made_at__gte=ends).first() if ends else None
    last = last or checkpoints.last()
    if last is None:
        raise NothingSealedError
    pruned = pruned_log()
    if pruned is not None and before is not None and before.size >= pruned.size:
        pruned = None
    if pruned is not None:
        before = Checkpoint.objects.get(number=pruned.checkpoint)
        if last.size <= before.size:
            raise PrunedPeriodError
    return Extent(
        tenant_id=current_tenant_id(),
        begins=begins,
        ends=ends,
        made_at=made_at,
        first=before.size if before else 0,
        size=last.size,
        begins_at=before.number if before else 1,
        ends_at=last.number,
        sealed_at=last.made_at,
        waiting=_waiting(last) if ends is None or ends > last.made_at else 0,
        pruned=pruned,
    )


def _waiting(last: Checkpoint) -> int:
    mark = mark_of_log()
    [(unplaced,)] = fetch(NOT_SEQUENCED, [current_tenant_id(), mark.xid, *mark, MOST_COUNTED])
    return min(log_size() - last.size + int(unplaced), MOST_COUNTED)

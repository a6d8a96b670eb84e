"""Comparing all changes with all events since the last time, and putting down what was found."""

from datetime import datetime
from uuid import UUID

from audit.completeness.comparing import (
    Comparison,
    Missing,
    compare,
    end_of_chunk,
    ended_before,
    first_kept,
)
from audit.models import Reconciliation
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.tenancy.scope import tenant_scope


def reconcile(tenant_id: UUID, *, actor: Actor, full: bool = False) -> Reconciliation:
    """Compares from where the last one ended, or `full`: all that is kept.

    Chunk by chunk, each in a transaction of its own outside a scope.
    """
    actor.require(Permission.AUDIT_READ)
    started_at = now()
    with tenant_scope(tenant_id):
        end = ended_before()
        first = begin = _begin(full=full, end=end)
    comparison = Comparison()
    while first < end:
        with tenant_scope(tenant_id):
            until = end_of_chunk(first, end)
            compare(first, until, into=comparison)
        first = until
    with tenant_scope(tenant_id):
        return put_down(
            actor=actor,
            comparison=comparison,
            between=(begin, end),
            full=full,
            started_at=started_at,
        )


def _begin(*, full: bool, end: int) -> int:
    last = None if full else Reconciliation.objects.order_by("-id").first()
    if last is not None:
        return min(last.through_xid, end)
    return min(first_kept() or end, end)


@audited("audit.reconciled")
def put_down(
    *,
    actor: Actor,
    comparison: Comparison,
    between: tuple[int, int],
    full: bool,
    started_at: datetime,
) -> Reconciliation:
    """Whoever runs it, what it found is in the trail from then on."""
    actor.require(Permission.AUDIT_READ)
    counts = {
        "untold": comparison.counts[Missing.EVENT],
        "unmatched": comparison.counts[Missing.CHANGE],
        "doubled": comparison.counts[Missing.ONCE],
    }
    if any(counts.values()):
        note(kind="audit.incomplete")
    note(rows=comparison.rows, events=comparison.events, full=full, **counts)
    return Reconciliation.objects.create(
        started_at=started_at,
        is_full=full,
        from_xid=between[0],
        through_xid=between[1],
        rows=comparison.rows,
        events=comparison.events,
        findings=[one.as_json() for one in comparison.findings],
        **counts,
    )

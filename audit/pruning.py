"""Audit events whose time is up: the first of the log are removed, up to a checkpoint.

The log goes on verifying, as its leaves and tiles stay; an evidence pack begins where they end.
The database removes them as `log.pruned` is appended, and refuses what does not hold
(`mnemoscope_prune_log`); here is found what it will take. An event's time is that of the
checkpoint over it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

import structlog
from django.db import IntegrityError

from audit.models import AuditEvent, Checkpoint, LogLeaf
from audit.proof.pruned import KIND, payload_of, pruned_log
from audit.trail import append
from console.accounts.actor import system_actor
from console.platform.clock import now
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id, tenant_scope

# Removed in one transaction: one that is open for long holds up the sequencer in every tenant.
BATCH = 20_000

HOLDS = "SELECT mnemoscope_tenant_holds(%s)"
FIRST_TO_SEND = """
SELECT min(t.next) FROM audit_auditstream s
JOIN audit_streamstate t ON t.tenant_id = s.tenant_id AND t.id = s.id
WHERE s.tenant_id = %s AND s.sends = 'events' AND s.paused_at IS NULL
"""
# Where the database lets them end. The sequencer may have signed amid a transaction's events.
_FIT = """
SELECT c.number FROM audit_checkpoint c
WHERE c.tenant_id = %(tenant)s AND c.size > %(above)s AND c.size <= %(most)s
  AND EXISTS (SELECT FROM audit_anchor a
    WHERE a.tenant_id = c.tenant_id AND a.checkpoint = c.number)
  AND NOT EXISTS (
    SELECT FROM audit_logleaf l JOIN audit_logleaf r
      ON r.tenant_id = l.tenant_id AND r.index = c.size
    JOIN audit_auditevent last ON last.tenant_id = l.tenant_id AND last.id = l.id
    JOIN audit_auditevent next ON next.tenant_id = r.tenant_id AND next.id = r.id
    WHERE l.tenant_id = c.tenant_id AND l.index = c.size - 1 AND last.xid = next.xid)
"""
HIGHEST = f"{_FIT} ORDER BY c.size DESC LIMIT 1"
LOWEST = f"{_FIT} ORDER BY c.size LIMIT 1"

log = structlog.get_logger(__name__)


class Reason(StrEnum):
    """Why events whose time is up stay."""

    HOLD = "hold"  # an event may name what is held without anybody knowing
    STREAM = "stream"  # one that is sent has yet to send them
    ANCHOR = "anchor"  # nobody outside has a checkpoint over them
    REFUSED = "refused"  # the database did not remove them


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many go now, and how many of that age stay, for a reason; the oldest, and the next."""

    count: int
    kept: int
    reason: Reason | None
    oldest: datetime | None
    next_at: datetime | None


def outlook(days: int) -> Outlook:
    """In the tenant at hand, by some nine statements whatever there is."""
    first, last = _begin(), _last_before(days)
    past = max(0, last.size - first) if last else 0
    end, reason = _end(first, first + past)
    follows = Checkpoint.objects.filter(size__gt=first + past).order_by("size").first()
    return Outlook(
        count=end - first,
        kept=first + past - end,
        reason=reason if end < first + past else None,
        oldest=_recorded_at(first) if past else None,
        next_at=follows.made_at + timedelta(days=days + 1) if follows else None,
    )


def prune(tenant_id: UUID, days: int) -> int:
    """Removes what has its time, batch by batch, each a transaction of its own. How many."""
    removed = 0
    while count := _prune_some(tenant_id, days):
        removed += count
    return removed


def _prune_some(tenant_id: UUID, days: int) -> int:
    try:
        with tenant_scope(tenant_id):
            return _remove(days)
    except IntegrityError as error:
        # A hold was placed meanwhile; or events are gone already that nothing tells of.
        refused = str(error).partition("\n")[0]
        log.warning("log.not_pruned", tenant_id=str(tenant_id), refused=refused)
        return 0


def _remove(days: int) -> int:
    first, last = _begin(), _last_before(days)
    if last is None or last.size <= first:
        return 0
    end, _ = _end(first, last.size)
    fit = _fit(HIGHEST, first, min(end, first + BATCH)) or _fit(LOWEST, first, end)
    if fit is None:
        return 0
    append(
        actor=system_actor(current_tenant_id(), "retention"),
        kind=KIND,
        object_kind="tenant",
        object_id=current_tenant_id(),
        payload=payload_of(first, fit),
    )
    return fit.size - first


def _begin() -> int:
    pruned = pruned_log()
    return pruned.size if pruned else 0


def _last_before(days: int) -> Checkpoint | None:
    """What is kept begins with a day (UTC)."""
    kept_from = datetime.combine(now().astimezone(UTC).date() - timedelta(days), time.min, UTC)
    made_before = Checkpoint.objects.filter(made_at__lt=kept_from)
    return made_before.order_by("-made_at", "-number").first()


def _end(first: int, past: int) -> tuple[int, Reason]:
    """Up to where events go, of those in [first, past); and what keeps the others."""
    [(is_held,)] = fetch(HOLDS, [current_tenant_id()])
    if is_held:
        return first, Reason.HOLD
    [(to_send,)] = fetch(FIRST_TO_SEND, [current_tenant_id()])
    most = past if to_send is None else max(first, min(past, int(to_send)))
    fit = _fit(HIGHEST, first, most)
    return fit.size if fit else first, Reason.STREAM if most < past else Reason.ANCHOR


def _fit(statement: str, above: int, most: int) -> Checkpoint | None:
    asked = {"tenant": current_tenant_id(), "above": above, "most": most}
    rows = fetch(statement, asked)
    return Checkpoint.objects.get(number=rows[0][0]) if rows else None


def _recorded_at(index: int) -> datetime | None:
    leaf = LogLeaf.objects.filter(index=index).values("id")
    return AuditEvent.objects.filter(id__in=leaf).values_list("recorded_at", flat=True).first()

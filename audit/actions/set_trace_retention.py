from audit.models import TraceRetention
from audit.rules.retention import Retention
from audit.rules.setting import retention_of_tenant
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission


@audited("traces.retention_set")
def set_trace_retention(*, actor: Actor, days: Retention, reason: str = "") -> TraceRetention:
    """From the next sweep on. What was in force before stays on record."""
    actor.require(Permission.SETTINGS_MANAGE)
    note(before=retention_of_tenant().as_dict(), after=days.as_dict())
    return TraceRetention.objects.create(
        days=days.as_dict(),
        set_by_kind=actor.kind,
        set_by_id=actor.id,
        set_by_label=actor.label[:200],
        reason=reason,
    )

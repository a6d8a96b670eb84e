from datetime import timedelta

from audit.actions import set_trace_retention
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import ConflictError
from memory.models import ReportKind, RetentionReport, RetentionRuleSet
from memory.retention.lines import lines_of
from memory.retention.rules import Rules, rules_in_force

# What a report says of today says little of next week.
CONFIRMED_WITHIN = timedelta(hours=24)


@audited("retention.simulated")
def simulate_retention(*, actor: Actor, rules: Rules, reason: str = "") -> RetentionReport:
    """What these rules would remove at this moment. Nothing changes until it is confirmed."""
    actor.require(Permission.SETTINGS_MANAGE)
    report = RetentionReport.objects.create(
        kind=ReportKind.SIMULATED,
        rules=rules.as_json(),
        lines=[line.as_json() for line in lines_of(rules)],
        reason=reason,
        made_by_kind=actor.kind,
        made_by_id=actor.id,
        made_by_label=actor.label[:200],
    )
    note(removes=report.removed, held=report.held)
    return report


@audited("retention.rules_set")
def confirm_retention(*, actor: Actor, report: RetentionReport) -> RetentionRuleSet:
    """From the next sweep on the rules of a simulation hold.

    Raises ConflictError where it is too old, or other rules came into force since.
    """
    actor.require(Permission.SETTINGS_MANAGE)
    newest = RetentionRuleSet.in_force()
    if report.kind != ReportKind.SIMULATED or report.made_at < now() - CONFIRMED_WITHIN:
        raise ConflictError("Simulate again: this report is no more what would happen.")
    if newest is not None and newest.set_at > report.made_at:
        raise ConflictError("Simulate again: other rules came into force since.")
    before, after = rules_in_force(), Rules.from_json(report.rules)
    if after.traces != before.traces:
        set_trace_retention(actor=actor, days=after.traces, reason=report.reason)
    note(before=before.as_json(), after=after.as_json(), report_id=str(report.id))
    return RetentionRuleSet.objects.create(
        rules=after.as_json()["memories"],
        event_days=after.event_days,
        set_by_kind=actor.kind,
        set_by_id=actor.id,
        set_by_label=actor.label[:200],
        reason=report.reason,
    )

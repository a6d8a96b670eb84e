from audit.proof.report import LogReport
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission


@audited("log.verified")
def record_log_verification(*, actor: Actor, report: LogReport) -> LogReport:
    """That the log was computed anew is evidence too."""
    actor.require(Permission.AUDIT_READ)
    note(events=report.events, checkpoints=report.checkpoints, problems=report.found)
    if report.pruned:
        note(pruned=report.pruned)
    return report

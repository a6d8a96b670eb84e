from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from memory.verification import Report


@audited("memory.verified")
def record_verification(*, actor: Actor, report: Report) -> Report:
    """That a tenant's memories were checked against their seals is evidence too."""
    actor.require(Permission.AUDIT_READ)
    note(versions=report.versions, problems=len(report.problems))
    return report

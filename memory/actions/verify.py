from collections.abc import Callable

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from memory.verification import Report, check_memories


@audited("memory.verified")
def verify_memories(*, actor: Actor, progress: Callable[[int], None]) -> Report:
    """Checks the tenant's memories against their seals. That it was done is evidence too."""
    actor.require(Permission.AUDIT_READ)
    report = check_memories(progress)
    note(versions=report.versions, problems=len(report.problems))
    return report

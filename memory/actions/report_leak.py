from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from memory.models import IsolationProbe


@audited("tenant.leaked")
def report_leak(*, actor: Actor, probe: IsolationProbe) -> IsolationProbe:
    """A probe saw through the wall of this tenant: on record, with the ways it saw by."""
    actor.require(Permission.AUDIT_READ)
    note(leaks=probe.leaks, looks=probe.looks)
    probe.save(force_insert=True)
    return probe

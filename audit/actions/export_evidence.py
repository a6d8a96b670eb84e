from datetime import datetime

from audit.evidence.extent import Extent, extent_of
from audit.proof.entry import instant
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission

# A pack holds the trail, and who may do what.
EVIDENCE = (Permission.AUDIT_READ, Permission.MEMBERS_READ)


def may_take_evidence(actor: Actor) -> bool:
    return all(actor.may(permission) for permission in EVIDENCE)


def require_evidence(actor: Actor) -> None:
    """Raises NotPermittedError."""
    for permission in EVIDENCE:
        actor.require(permission)


@audited("evidence.exported")
def export_evidence(*, actor: Actor, begins: datetime | None, ends: datetime | None) -> Extent:
    """Puts on record that somebody takes evidence away, before a byte of it leaves.

    The pack itself is `memory.evidence`'s, read after this transaction. Raises as `extent_of`.
    """
    require_evidence(actor)
    extent = extent_of(begins, ends)
    note(
        begins=instant(begins) if begins else None,
        ends=instant(ends) if ends else None,
        first=extent.first,
        size=extent.size,
        checkpoint=extent.ends_at,
    )
    return extent

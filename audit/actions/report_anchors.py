"""What the file of checkpoints tells: nobody did it in the product, and somebody must know."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.tenancy.scope import current_tenant_id


@dataclass(frozen=True, slots=True)
class AnchorFile:
    """The tenant's, as events point at it."""

    id: UUID

    audit_kind: ClassVar = "anchor_file"


@audited("log.forked")
def report_fork(*, actor: Actor, checkpoint: int | None) -> AnchorFile:
    note(checkpoint=checkpoint)
    return AnchorFile(current_tenant_id())


@audited("anchor.file_cut")
def report_cut_file(*, actor: Actor, kept: int, had: int) -> AnchorFile:
    note(kept=kept, had=had)
    return AnchorFile(current_tenant_id())


@audited("log.restored")
def report_loss(*, actor: Actor, checkpoint: int, outside: int, lost_events: int) -> AnchorFile:
    """An operator goes on with a log that ends before the newest checkpoint outside."""
    note(checkpoint=checkpoint, outside=outside, lost_events=lost_events)
    return AnchorFile(current_tenant_id())

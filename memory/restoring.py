"""What is done with a restored database before anybody is served: forget again, then compare.

A backup is older than some erasures, and may be older than checkpoints that others hold.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from audit.actions import report_loss
from audit.anchors.restored import Beside, Comparison, compare, put_aside
from audit.proof.report import LogReport
from audit.proof.verify import verify_log
from console.accounts.actor import system_actor
from console.tenancy.scope import tenant_scope
from memory.erasure.replay import replay


@dataclass(frozen=True, slots=True)
class Restored:
    """`erased` subjects that had come back; `put_aside` names the file of a lossy restore."""

    erased: int
    compared: Comparison
    log: LogReport
    put_aside: str = ""

    @property
    def may_serve(self) -> bool:
        compared = self.compared.beside
        kept = compared in {Beside.WHOLE, Beside.NOTHING} or bool(self.put_aside)
        return kept and not self.log.found


def check_restored(
    tenant_id: UUID, *, accept_loss: bool, progress: Callable[[int, int], None]
) -> Restored:
    """Opens scopes of its own; `progress` is told events verified and in all.

    Raises OSError and UnreadableFileError.
    """
    erased = replay(tenant_id)
    compared = compare(tenant_id)
    aside = ""
    if compared.beside is Beside.SHORT and accept_loss:
        with tenant_scope(tenant_id):
            report_loss(
                actor=system_actor(tenant_id, "restore"),
                checkpoint=compared.checkpoint,
                outside=compared.outside,
                lost_events=compared.lost_events,
            )
        aside = put_aside(tenant_id).name
    return Restored(erased, compared, verify_log(tenant_id, progress), aside)

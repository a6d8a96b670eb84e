from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from audit.models import Run
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission


@dataclass(frozen=True, slots=True)
class RevealedRun:
    id: UUID

    audit_kind: ClassVar = "run"


@audited("run.revealed", savepoint=False)
def reveal_run(
    *, actor: Actor, run: Run, trace_id: bytes | None = None, span_id: bytes | None = None
) -> RevealedRun:
    """Puts on record that somebody asked to see what the pages of a run, or of one step, mask."""
    actor.require(Permission.TRACES_READ)
    if trace_id is not None and span_id is not None:
        note(trace_id=trace_id.hex(), span_id=span_id.hex())
    return RevealedRun(run.id)

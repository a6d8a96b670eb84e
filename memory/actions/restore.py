from dataclasses import replace

from audit.trail import audited, note
from console.accounts.actor import Actor
from memory.actions.revise import propose_version
from memory.models import Memory, MemoryVersion
from memory.proposals import WriteOutcome
from memory.signing.statement import Operation, Signed, Target
from memory.writes import as_written


@audited("memory.restored")
def restore_version(
    *,
    actor: Actor,
    memory: Memory,
    version: MemoryVersion,
    reason: str = "",
    signed: Signed | None = None,
) -> WriteOutcome:
    """Proposes an earlier version's content again, as a new version: history only grows."""
    note(restored_version=version.number)
    return propose_version(
        actor=actor,
        memory=memory,
        write=replace(as_written(memory, version), signed=signed),
        target=Target(Operation.RESTORE, memory.id),
        expected_version=memory.version,
        reason=reason,
    )

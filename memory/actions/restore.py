from audit.trail import audited, note
from console.accounts.actor import Actor
from memory.actions.revise import propose_version
from memory.models import Kind, Memory, MemoryVersion
from memory.proposals import WriteOutcome
from memory.signing.statement import Operation, Signed, Target
from memory.writes import Write


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
    write = Write(
        content=version.content,
        value=version.value,
        kind=Kind(memory.kind),
        namespace=tuple(memory.namespace),
        key=memory.key,
        metadata=version.metadata,
        confidence=version.confidence,
        importance=version.importance,
        source=version.source,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        derived_from=tuple(version.derived_from),
        signed=signed,
    )
    return propose_version(
        actor=actor,
        memory=memory,
        write=write,
        target=Target(Operation.RESTORE, memory.id),
        expected_version=memory.version,
        reason=reason,
    )

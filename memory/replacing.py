"""Memories that a write names to take the place of: checked before it, ended when it takes effect.

To replace by name is to revise: whoever may write here may do it to what it may read, and what is
replaced does not count as contradicted.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from console.accounts.actor import Actor, ActorKind
from console.platform.errors import InvalidInputError, LegalHoldError
from memory.access import visible_memories
from memory.actions.supersede import supersede_memory
from memory.holds import held_among
from memory.models import Memory, State
from memory.signing.verify import Proof, refuse_downgrade
from memory.writes import Write

Replaceable = dict[UUID, Memory]


def replaceable(writes: Sequence[Write], *, actor: Actor) -> Replaceable:
    """Those named that the actor may read, locked: of two that replace one, the second is told."""
    wanted = {named for write in writes for named in write.supersedes}
    if not wanted:
        return {}
    found = visible_memories(actor).filter(id__in=wanted).order_by("id")
    return {memory.id: memory for memory in found.select_for_update(of=("self",))}


def check_replaced(write: Write, *, among: Replaceable, actor: Actor, proof: Proof | None) -> None:
    """Raises InvalidInputError, LegalHoldError or SignatureDowngradedError."""
    for named in write.supersedes:
        memory = among.get(named)
        if memory is None:
            raise _problem("unknown_memory", f"There is no memory {named} here to replace.")
        if memory.state != State.ACTIVE:
            raise _problem("not_active", f"Memory {named} is {memory.state}: nothing to replace.")
        if (memory.subject.external_id if memory.subject else "") != write.subject:
            raise _problem("another_subject", f"Memory {named} is about somebody else.")
        if proof is None:
            refuse_downgrade(actor, memory)
    by_machine = actor.kind is not ActorKind.USER
    if by_machine and write.supersedes and held_among(write.supersedes):
        raise LegalHoldError("What it would replace is kept until an owner releases the hold.")


def end_replaced(memory: Memory, *, actor: Actor, reason: str) -> None:
    """Once `memory` is in force. What has ended meanwhile, or another took the place of, stays."""
    for earlier in Memory.objects.filter(id__in=memory.replaces, state=State.ACTIVE).order_by("id"):
        supersede_memory(actor=actor, memory=earlier, successor=memory, reason=reason)


def end_all_replaced(memories: Iterable[Memory], *, actor: Actor) -> None:
    for memory in memories:
        if memory.replaces and memory.state == State.ACTIVE:
            end_replaced(memory, actor=actor, reason="superseded")


def _problem(code: str, detail: str) -> InvalidInputError:
    return InvalidInputError.on("supersedes", code, detail)

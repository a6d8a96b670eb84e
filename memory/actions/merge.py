from collections.abc import Sequence
from typing import Any

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError
from memory.actions.write import write_memory
from memory.models import Kind, Memory, State, Tier, Visibility
from memory.proposals import WriteOutcome
from memory.signing.statement import Signed
from memory.writes import Write

FEWEST, MOST = 2, 20
NARROWEST_FIRST = (Visibility.AGENT, Visibility.SUBJECT, Visibility.WORKSPACE)


@audited("memory.merged")
def merge_memories(
    *,
    actor: Actor,
    memories: Sequence[Memory],
    content: str,
    reason: str = "",
    signed: Signed | None = None,
) -> WriteOutcome:
    """Writes one memory derived from all of these, which end when it takes effect.

    It is screened and ruled on like any write. What they agree on it keeps; it is seen by no more
    than the narrowest of them, as sure as the least sure, as important as the most important, and
    lives no longer than an end that somebody chose. Raises InvalidInputError.
    """
    actor.require(Permission.MEMORY_WRITE)
    _check(memories, actor=actor)
    write = merged(memories, content=content, signed=signed)
    outcome = write_memory(actor=actor, write=write)
    note(**outcome.notes, merged=[str(memory.id) for memory in memories])
    return outcome


def merged(memories: Sequence[Memory], *, content: str, signed: Signed | None = None) -> Write:
    first = memories[0]
    ids = tuple(memory.id for memory in memories)
    confidences = [m.confidence for m in memories if m.confidence is not None]
    importances = [m.importance for m in memories if m.importance is not None]
    chosen_ends = [m.expires_at for m in memories if m.ttl is None and m.expires_at is not None]
    return Write(
        content=content,
        kind=Kind(_agreed([m.kind for m in memories]) or Kind.SUMMARY),
        tier=Tier(_agreed([m.tier for m in memories]) or Tier.SEMANTIC),
        visibility=min((Visibility(m.visibility) for m in memories), key=NARROWEST_FIRST.index),
        namespace=tuple(_agreed([m.namespace for m in memories]) or ()),
        key=_agreed([m.key for m in memories]) or "",
        subject=first.subject.external_id if first.subject else "",
        metadata={
            name: value
            for name, value in first.metadata.items()
            if all(m.metadata.get(name) == value for m in memories)
        },
        confidence=min(confidences, default=None),
        importance=max(importances, default=None),
        expires_at=min(chosen_ends, default=None),
        derived_from=ids,
        supersedes=ids,
        signed=signed,
    )


def _check(memories: Sequence[Memory], *, actor: Actor) -> None:
    if not FEWEST <= len({memory.id for memory in memories}) == len(memories) <= MOST:
        raise _problem("wrong_number", f"Name {FEWEST} to {MOST} different memories.")
    if len({memory.subject_id for memory in memories}) > 1:
        raise _problem("several_subjects", "They are about different people.")
    if ended := [memory for memory in memories if memory.state != State.ACTIVE]:
        raise _problem("not_active", f"Memory {ended[0].id} is {ended[0].state}.")
    private = {m.agent_id for m in memories if m.visibility == Visibility.AGENT}
    if private - {actor.agent_id}:
        raise _problem(
            "private_to_an_agent", "One is private to an agent, which alone may merge it."
        )


def _agreed(values: Sequence[Any]) -> Any:
    return values[0] if all(value == values[0] for value in values) else None


def _problem(code: str, detail: str) -> InvalidInputError:
    return InvalidInputError.on("memories", code, detail)

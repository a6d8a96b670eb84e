"""Folding what is reviewed into a memory that is in force: what was a decision to merge."""

from dataclasses import replace
from uuid import UUID

from audit.trail import append, note
from console.accounts.actor import Actor
from console.platform.clock import now
from console.platform.errors import InvalidInputError, NotFoundError, WrongStateError
from memory.access import memory_for
from memory.actions.effects import WAITING, is_whole, supersede_contradicted
from memory.actions.merge import NARROWEST_FIRST, merged
from memory.actions.reword import worded
from memory.actions.supersede import supersede_memory
from memory.lifecycle import enter, lock, version_of
from memory.lineage import refuse_circle
from memory.models import Memory, ReviewItem, State, Visibility
from memory.reviews.journal import changing
from memory.writes import as_written


def fold(
    *,
    actor: Actor,
    review: ReviewItem,
    memory: Memory,
    into: UUID | None,
    content: str | None,
) -> None:
    """Ends `memory` in favour of `into`, which says `content` from then on, or what it said.

    Of a revision only the proposal ends: what is in force beside it stays. Raises
    InvalidInputError, NotFoundError, WrongStateError.
    """
    if review.approvals_needed > 1:
        raise WrongStateError("Two people must agree on its text: approve it, then merge the two.")
    target = _target(actor, memory, into)
    changing(target)
    note(into=str(target.id))
    if is_whole(review, memory):
        if memory.state not in WAITING | {State.ACTIVE}:
            raise WrongStateError(f"The memory is {memory.state}: nothing is left to merge.")
        supersede_memory(actor=actor, memory=memory, successor=target, reason="merged")
    if content is not None:
        _say(content, actor=actor, target=target, folded=memory)


def _target(actor: Actor, memory: Memory, into: UUID | None) -> Memory:
    if into is None:
        raise _problem("required", "Say which memory it becomes part of.")
    try:
        target = lock(memory_for(actor, into))
    except NotFoundError:
        raise _problem("unknown_memory", f"There is no memory {into} here.") from None
    if target.id == memory.id:
        raise _problem("itself", "A memory cannot become part of itself.")
    state = target.state_at(now())
    if state is not State.ACTIVE:
        raise _problem("not_active", f"Memory {into} is {state}.")
    if target.subject_id != memory.subject_id:
        raise _problem("another_subject", f"Memory {into} is about somebody else.")
    narrow = NARROWEST_FIRST.index
    if narrow(Visibility(target.visibility)) > narrow(Visibility(memory.visibility)):
        raise _problem("seen_by_more", f"More agents see memory {into} than may see this.")
    private = memory.visibility == Visibility.AGENT
    if private and target.agent_id != memory.agent_id:
        raise _problem("private_to_an_agent", "It is private to an agent, as memory of its own.")
    return target


def _say(content: str, *, actor: Actor, target: Memory, folded: Memory) -> None:
    """The reviewer's text of both as the next version of `target`, in force at once."""
    if not content.strip():
        raise InvalidInputError.on("content", "required", "Write the text of both.")
    refuse_circle(target.id, [folded.id])
    both = merged([target, folded], content=content)
    before = as_written(target, version_of(target))
    write = replace(
        before,
        content=content,
        confidence=both.confidence,
        importance=both.importance,
        derived_from=(*before.derived_from, folded.id),
    )
    version = worded(actor=actor, memory=target, write=write)
    ends = [end for end in (target.expires_at, both.expires_at) if end is not None]
    if ends and min(ends) <= now():
        raise WrongStateError("What was proposed has reached its end: nothing is left to merge.")
    supersede_contradicted(actor=actor, memory=target, version=version)
    enter(
        actor=actor,
        memory=target,
        state=State.ACTIVE,
        version=version,
        expires_at=min(ends, default=None),
        reason="merged",
    )
    note(into_version=version.number)
    append(
        kind="memory.merged",
        actor=actor,
        object_kind="memory",
        object_id=target.id,
        payload={"version": version.number, "merged": [str(folded.id)]},
    )


def _problem(code: str, detail: str) -> InvalidInputError:
    return InvalidInputError.on("into", code, detail)

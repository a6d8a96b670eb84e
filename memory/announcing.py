"""What the writers of memories are told of, and those who listen for them (`console.webhooks`).

Ids, codes and states only. What an agent did to its own memory it knows; that a life ended when it
was told to end, it was told when it wrote.
"""

from collections.abc import Sequence
from typing import Any

from audit.reasons import REASONS
from console.accounts.actor import Actor
from console.webhooks.kinds import EventKind
from console.webhooks.models import OutgoingEvent
from console.webhooks.outbox import announce
from memory.models import DecisionOutcome, Memory, ReviewItem, State

TOLD_BEFORE = frozenset({"ttl", "retention"})


def announce_opened(reviews: Sequence[ReviewItem]) -> None:
    announce(
        [
            OutgoingEvent(
                kind=EventKind.REVIEW_OPENED,
                agent_id=review.agent_id,
                memory_id=review.memory_id,
                data={
                    **_about(review),
                    "review_kind": str(review.kind),
                    "reasons": [str(reason["code"]) for reason in review.reasons],
                },
            )
            for review in reviews
        ]
    )


def announce_decided(
    review: ReviewItem, *, outcome: DecisionOutcome, actor: Actor, reason: str
) -> None:
    """Once it has taken effect, or was taken back: by way of other actions, in either case."""
    memory = Memory.objects.get(id=review.memory_id)
    decided = {
        **_about(review),
        "outcome": str(outcome),
        "reason": _code(reason),
        "state": str(memory.state),
        "version_in_force": memory.version,
        "by": str(actor.kind),
    }
    announce(
        [
            OutgoingEvent(
                kind=EventKind.REVIEW_DECIDED,
                agent_id=review.agent_id,
                api_key_id=memory.api_key_id,
                memory_id=memory.id,
                data=decided,
            )
        ]
    )


def announce_states(
    memories: Sequence[Memory], *, was: State | None, actor: Actor, reason: str = ""
) -> None:
    """`was` is None where they were of several states."""
    announce(
        [
            OutgoingEvent(
                kind=EventKind.MEMORY_STATE_CHANGED,
                agent_id=memory.agent_id,
                api_key_id=memory.api_key_id,
                memory_id=memory.id,
                data={
                    "memory_id": str(memory.id),
                    "agent_id": _id(memory.agent_id),
                    "version": memory.version,
                    "was": str(was) if was else None,
                    "state": str(memory.state),
                    "reason": _code(reason),
                    "by": str(actor.kind),
                },
            )
            for memory in memories
            if memory.state != was and not _known(memory, actor=actor, reason=reason)
        ]
    )


def _about(review: ReviewItem) -> dict[str, Any]:
    return {
        "review_id": str(review.id),
        "memory_id": str(review.memory_id),
        "agent_id": _id(review.agent_id),
        "version": review.first_version or review.version,  # as proposed
    }


def _known(memory: Memory, *, actor: Actor, reason: str) -> bool:
    own = memory.agent_id is not None and memory.agent_id == actor.agent_id
    return own or reason in TOLD_BEFORE


def _id(identifier: object) -> str | None:
    return str(identifier) if identifier else None


def _code(reason: str) -> str:
    """Some doors take words for a reason, and words may say anything."""
    return reason if reason in REASONS else ""

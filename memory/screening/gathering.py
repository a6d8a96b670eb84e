"""What screening has to know of writes beside their texts, asked for a whole batch at once."""

from collections.abc import Sequence
from uuid import UUID

from console.accounts.actor import Actor, ActorKind
from memory.screening.context import ScreenContext
from memory.writes import Write


def gather(
    *, actor: Actor, writes: Sequence[Write], subject_ids: Sequence[UUID | None]
) -> list[ScreenContext]:
    """One context per write, in order. `subject_ids[i]` is the subject of `writes[i]`."""
    by_agent = actor.kind is ActorKind.AGENT
    return [
        ScreenContext(
            key=write.key,
            value=write.value,
            metadata=write.metadata,
            source=write.source,
            by_agent=by_agent,
            trusted=actor.trusted or not by_agent,
        )
        for write, _subject_id in zip(writes, subject_ids, strict=True)
    ]

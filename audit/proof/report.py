"""What a verification of a log found."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

MOST_TOLD = 1_000

MEANINGS = {
    "event_changed": "it is not what was put into the log",
    "event_deleted": "the log has its place, and the event is gone, not by retention",
    "event_inserted": "it lies among events long in the log, and has no place in it",
    "words_changed": "its actor's name or its note is not what was recorded",
    "leaf_missing": "the log has no event in this place",
    "tile_changed": "what proofs are made of is not what the events give",
    "checkpoint_missing": "its number was left out",
    "checkpoint_changed": "its note does not say what its row says, or not who came before it",
    "signature_invalid": "none of the log's keys signed it",
    "root_differs": "it signs another log than the events give",
    "kept_differs": "the one that is kept in the anchor file is another",
    "kept_unreadable": "the anchor file holds something else than checkpoints",
    "tail_missing": "it signs more events than there are",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is one of MEANINGS; what does not apply is None."""

    code: str
    index: int | None = None
    event: UUID | None = None
    checkpoint: int | None = None


@dataclass(slots=True)
class LogReport:
    """Of the tenant `id`. `found` counts all problems, of which the first are told.

    Of the `events` in the log, retention removed the first `pruned`, the last of them `pruned_at`.
    """

    id: UUID
    events: int = 0
    pruned: int = 0
    pruned_at: datetime | None = None
    checkpoints: int = 0
    found: int = 0
    problems: list[Problem] = field(default_factory=list)

    audit_kind: ClassVar = "tenant"

    def tell(self, problem: Problem) -> None:
        self.found += 1
        if self.found <= MOST_TOLD:
            self.problems.append(problem)

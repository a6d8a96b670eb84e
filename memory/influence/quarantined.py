"""What became of each of several memories that were put into quarantine at once, or would."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from console.platform.errors import DomainError
from console.platform.ids import uuid7
from memory.models import Memory, ReviewItem, State

# One transaction holds all of them, and their page shows all of them.
MOST_QUARANTINED = 200
# What has ended is recalled by nobody.
CAN_QUARANTINE = frozenset({State.ACTIVE, State.PENDING})


@dataclass(frozen=True, slots=True)
class QuarantineVerdict:
    """`review` is where somebody decides upon it; None where `refusal` says why nothing was done.

    `on_hold`: a legal hold stands over it, which quarantine leaves alone. `was`: its state before.
    """

    memory_id: UUID
    memory: Memory | None
    on_hold: bool = False
    was: State | None = None
    review: ReviewItem | None = None
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class QuarantineBatch:
    """`id` is the batch of the decisions, by which all of it is undone. Of a dry run it is none."""

    verdicts: list[QuarantineVerdict] = field(default_factory=list)
    id: UUID = field(default_factory=uuid7)

    audit_kind = "review_batch"

    @property
    def done(self) -> list[QuarantineVerdict]:
        return [one for one in self.verdicts if one.refusal is None]

    @property
    def refused(self) -> list[QuarantineVerdict]:
        return [one for one in self.verdicts if one.refusal is not None]

    @property
    def on_hold(self) -> list[QuarantineVerdict]:
        return [one for one in self.done if one.on_hold]

    @property
    def by_agent(self) -> Counter[str]:
        return Counter(one.agent.name if one.agent else "" for one in self._memories(self.done))

    @property
    def by_subject(self) -> Counter[str]:
        memories = self._memories(self.done)
        return Counter(one.subject.external_id if one.subject else "" for one in memories)

    @property
    def by_code(self) -> Counter[str]:
        """Why the others were left as they are."""
        return Counter(one.refusal.code for one in self.refused if one.refusal is not None)

    @staticmethod
    def _memories(verdicts: Iterable[QuarantineVerdict]) -> list[Memory]:
        return [one.memory for one in verdicts if one.memory is not None]

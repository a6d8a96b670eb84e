"""What became of each of several reviews that were decided, or undone, at once."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from console.platform.errors import DomainError, SecondPersonError
from console.platform.ids import uuid7
from memory.models import ReviewItem

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refusal` is None where it was done, or, of a dry run, would be."""

    review: ReviewItem
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """`id` stands on each decision. Of a dry run it stands nowhere."""

    verdicts: list[Verdict] = field(default_factory=list)
    id: UUID = field(default_factory=uuid7)

    audit_kind = "review_batch"

    @property
    def done(self) -> list[ReviewItem]:
        return [one.review for one in self.verdicts if one.refusal is None]

    @property
    def refused(self) -> list[Verdict]:
        return [one for one in self.verdicts if one.refusal is not None]

    @property
    def critical(self) -> list[ReviewItem]:
        """Left out, because two people must agree on each."""
        return [one.review for one in self.verdicts if isinstance(one.refusal, SecondPersonError)]

    @property
    def notes(self) -> dict[str, object]:
        codes = Counter(one.refusal.code for one in self.verdicts if one.refusal is not None)
        return {"done": len(self.done), "refused": dict(sorted(codes.items()))}

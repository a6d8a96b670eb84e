"""How well reviews are decided: by queue, by person, and what people are measured by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from console.platform.clock import now
from console.web.masking import Mask
from console.web.quantities import took
from console.web.screens.review_evidence import Signal, signals_of
from console.web.screens.versions import versions_by_number
from console.web.text import Passage, excerpt, mark
from memory.models import GoldItem, Purpose, ReviewSkip, SecondOpinion, Verdict
from memory.reviews.agreement import Agreement, agreement_by_queue, agreement_of
from memory.reviews.performance import (
    QueueResult,
    ReviewerResult,
    queue_results,
    reviewer_results,
)

PERIOD = timedelta(days=30)
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class QueueQuality:
    """Times as people read them; shares are None where nothing was counted."""

    result: QueueResult
    agreement: Agreement
    p50: str
    p95: str

    @property
    def in_time(self) -> float | None:
        return self.result.in_time / self.result.decided if self.result.decided else None


@dataclass(frozen=True, slots=True)
class ReviewerQuality:
    result: ReviewerResult
    pace: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A gold item, an answer that disagreed or a skip, with the beginning of its text."""

    item: GoldItem | SecondOpinion | ReviewSkip
    excerpt: str


@dataclass(frozen=True, slots=True)
class QualityScreen:
    since: datetime
    queues: list[QueueQuality]
    reviewers: list[ReviewerQuality]
    disagreements: list[Listed]
    gold: list[Listed]
    skipped: list[Listed]


@dataclass(frozen=True, slots=True)
class OpinionScreen:
    """What is known of an item, without what anybody decided."""

    opinion: SecondOpinion
    digest: str
    passages: list[Passage]
    signals: list[Signal]
    subject: str
    verdicts: list[tuple[str, str]]


def quality_screen() -> QualityScreen:
    since = now() - PERIOD
    agreements = agreement_by_queue(since)
    answered = SecondOpinion.objects.filter(answered_at__gte=since, purpose=Purpose.DOUBLE_BLIND)
    split = answered.exclude(verdict=F("expected")).select_related("review")
    skips = ReviewSkip.objects.filter(skipped_at__gte=since).select_related("review")
    gold = GoldItem.objects.filter(withdrawn_at__isnull=True).select_related("review")
    return QualityScreen(
        since=since,
        queues=[
            QueueQuality(
                result,
                agreements.get(result.name, agreement_of({})),
                _told(result.p50),
                _told(result.p95),
            )
            for result in queue_results(since)
        ],
        reviewers=[
            ReviewerQuality(result, _told(result.pace)) for result in reviewer_results(since)
        ],
        disagreements=_listed(list(split.order_by("-answered_at")[:MOST_LISTED])),
        gold=_listed(list(gold.order_by("-set_at")[:MOST_LISTED])),
        skipped=_listed(list(skips.order_by("-id")[:MOST_LISTED])),
    )


def opinion_screen(opinion: SecondOpinion) -> OpinionScreen:
    review = opinion.review
    number = review.first_version or review.version
    mask = Mask()
    version = versions_by_number([(review.memory_id, number)])[review.memory_id, number]
    subject = review.memory.subject
    return OpinionScreen(
        opinion=opinion,
        digest=bytes(review.content_digest).hex(),
        passages=mark(*mask.content(version)),
        signals=signals_of(review, version, mask),
        subject=mask.subject(subject.external_id) if subject else "",
        verdicts=list(Verdict.choices),
    )


def _told(time: timedelta | None) -> str:
    return "" if time is None else took(int(time.total_seconds() * 10**9))


def _listed(items: Sequence[GoldItem | SecondOpinion | ReviewSkip]) -> list[Listed]:
    pairs = [(item.review.memory_id, item.review.version) for item in items]
    texts = versions_by_number(pairs)
    mask = Mask()
    return [
        Listed(item, excerpt(mask.content(texts[pair])[0]))
        for item, pair in zip(items, pairs, strict=True)
    ]

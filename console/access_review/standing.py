"""Where the reviews of access stand, for whoever must be reminded of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from console.access_review.models import AccessReview, Line
from console.platform.clock import now

EVERY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Standing:
    """`open` is the review that waits for answers, with how many; `last` is when one was closed."""

    open: AccessReview | None
    unanswered: int
    last: datetime | None

    @property
    def is_due(self) -> bool:
        """None was closed within 90 days, and none is on its way."""
        return self.open is None and (self.last is None or now() - self.last > EVERY)


def access_review_standing() -> Standing:
    """Of the tenant at hand, by at most three statements."""
    review = AccessReview.objects.filter(closed_at__isnull=True).first()
    closed = AccessReview.objects.filter(closed_at__isnull=False).order_by("-id").first()
    waiting = (
        Line.objects.filter(review_id=review.id, answers__isnull=True).count() if review else 0
    )
    return Standing(review, waiting, closed.closed_at if closed else None)

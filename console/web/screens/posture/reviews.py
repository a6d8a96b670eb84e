"""What waits for a person, against the time its queue promised."""

from dataclasses import dataclass

from django.db.models import Count, Min

from console.accounts.actor import Actor
from console.platform.clock import now
from console.web.charts import Category, Datum, Rows, Series, rows
from console.web.forms.review_filter import DUE, due_within
from console.web.quantities import relative
from console.web.screens.posture.tile import Tile, address, plural
from memory.access import visible_reviews
from memory.models import ReviewStatus

TONES = {"overdue": "danger", "hour": "warn", "day": "hold", "later": "neutral"}


@dataclass(frozen=True, slots=True)
class ReviewPosture:
    tiles: list[Tile]
    by_due: Rows


def review_posture(actor: Actor) -> ReviewPosture:
    moment = now()
    waiting = visible_reviews(actor).filter(status=ReviewStatus.OPEN).order_by()
    counts = waiting.aggregate(
        every=Count("*"),
        oldest=Min("opened_at"),
        **{name: Count("id", filter=due_within(name, at=moment)) for name, _ in DUE},
    )
    every, overdue = counts["every"], counts["overdue"]
    oldest = f"oldest {relative(counts['oldest'] - moment)}" if every else "nothing to decide"
    tiles = [
        Tile(
            "Waiting for review",
            f"{every:,}",
            oldest,
            address("review-list"),
            "hold" if every else "neutral",
            # Those past their time say it already, and louder.
            "" if overdue else f"{plural(every, 'review')} to decide",
        ),
        Tile(
            "Overdue reviews",
            f"{overdue:,}",
            "past what their queue promised" if overdue else "every queue keeps its time",
            address("review-list", due="overdue"),
            "danger" if overdue else "neutral",
            f"{plural(overdue, 'review')} past due",
        ),
    ]
    return ReviewPosture(tiles, _by_due(counts))


def _by_due(counts: dict[str, int]) -> Rows:
    return rows(
        id="due",
        title="Waiting for review, by when it is due",
        description=", ".join(f"{counts[name]:,} {label.lower()}" for name, label in DUE),
        first="Due",
        categories=[
            Category(label, address("review-list", due=name), TONES[name]) for name, label in DUE
        ],
        series=[Series("Reviews", "hold", [Datum(counts[name]) for name, _ in DUE])],
    )

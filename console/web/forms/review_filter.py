"""Which part of the review queue is on the screen."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from console.accounts.actor import Actor
from console.platform.clock import now
from console.web.forms.filters import ANY, FilterForm, agent_choices, choice, text
from memory.models import ReviewItem, ReviewKind, ReviewStatus
from memory.models.review_queue import GENERAL

GENERAL_QUEUE = "-"  # what no policy names a queue for: blank is any queue
# When a decision is due, as the queue promised: each open review is in one of these.
DUE = [
    ("overdue", "Past its time"),
    ("hour", "Within the hour"),
    ("day", "Within a day"),
    ("later", "Later"),
]
CLAIMED = [("mine", "By me"), ("others", "By others"), ("nobody", "By nobody")]


def queue_choices() -> list[tuple[str, str]]:
    """Asked for each form: those in use, in the tenant at hand."""
    queues = ReviewItem.objects.exclude(queue="").order_by("queue").values_list("queue", flat=True)
    return [ANY, (GENERAL_QUEUE, "General"), *((queue, queue) for queue in queues.distinct())]


def due_within(name: str, *, at: datetime) -> Q:
    hour, day = at + timedelta(hours=1), at + timedelta(days=1)
    if name == "overdue":
        return Q(due_at__lte=at)
    if name == "hour":
        return Q(due_at__gt=at, due_at__lte=hour)
    if name == "day":
        return Q(due_at__gt=hour, due_at__lte=day)
    return Q(due_at__gt=day)


def claimed_by(whom: str, *, actor: Actor, at: datetime) -> Q:
    if whom == "mine":
        return Q(claimed_until__gt=at, claimed_by_id=actor.id)
    if whom == "others":
        return Q(claimed_until__gt=at) & ~Q(claimed_by_id=actor.id)
    return Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)


class ReviewFilter(FilterForm):
    q = text("Search", placeholder="Exact subject, agent, key or id", search=True)
    queue = choice("Queue", queue_choices)
    kind = choice("Held as", [ANY, *ReviewKind.choices])
    agent = choice("Agent", agent_choices)
    subject = text("Subject")
    due = choice("Due", [ANY, *DUE])
    claimed = choice("Claimed", [ANY, *CLAIMED])

    def __init__(self, data: QueryDict, actor: Actor) -> None:
        super().__init__(data)
        self.actor = actor

    @property
    def narrows(self) -> bool:
        """Whether more is chosen than words to look for and a queue, or does not hold."""
        return bool(self.chosen.keys() - {"q", "queue"} or self.errors)

    def apply(self, reviews: QuerySet[ReviewItem]) -> QuerySet[ReviewItem]:
        chosen = self.chosen
        if "q" in chosen:
            reviews = reviews.filter(named(chosen["q"]))
        if "kind" in chosen:
            reviews = reviews.filter(kind=chosen["kind"])
        if "queue" in chosen:
            queue = chosen["queue"]
            reviews = reviews.filter(queue=GENERAL if queue == GENERAL_QUEUE else queue)
        if "agent" in chosen:
            reviews = reviews.filter(agent_id=chosen["agent"])
        if "subject" in chosen:
            reviews = reviews.filter(subject__external_id=chosen["subject"])
        if "due" in chosen:
            reviews = reviews.filter(due_within(chosen["due"], at=now()))
        if "claimed" in chosen:
            reviews = reviews.filter(claimed_by(chosen["claimed"], actor=self.actor, at=now()))
        return reviews


def named(words: str) -> Q:
    """Reviews by what names them. Their words are not searched: what is held has no index."""
    words = words.strip()
    try:
        identifier = UUID(words)
    except ValueError:
        by_place = Q(subject__external_id=words) | Q(memory__key=words)
        return by_place | Q(agent__name__iexact=words)
    return Q(id=identifier) | Q(memory_id=identifier)


def reviews_in(status: str, reviews: QuerySet[ReviewItem]) -> QuerySet[ReviewItem]:
    if status == "decided":
        return reviews.exclude(status=ReviewStatus.OPEN)
    return reviews.filter(status=ReviewStatus.OPEN)

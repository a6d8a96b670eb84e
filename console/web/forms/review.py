from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import QueryDict

from console.platform.clock import now
from console.web.forms.filters import ANY, FilterForm, agent_choices, choice, text
from memory.models import ReviewItem, ReviewKind, ReviewStatus
from memory.reviews.decisions import Decision
from memory.reviews.reasons import offered


def queue_choices() -> list[tuple[str, str]]:
    """Asked for each form: those in use, in the tenant at hand."""
    queues = ReviewItem.objects.exclude(queue="").order_by("queue").values_list("queue", flat=True)
    return [ANY, *((queue, queue) for queue in queues.distinct())]


# When a decision is due, as the queue promised: each open review is in one of these.
DUE = [
    ("overdue", "Past its time"),
    ("hour", "Within the hour"),
    ("day", "Within a day"),
    ("later", "Later"),
]


def due_within(name: str, *, at: datetime) -> Q:
    hour, day = at + timedelta(hours=1), at + timedelta(days=1)
    if name == "overdue":
        return Q(due_at__lte=at)
    if name == "hour":
        return Q(due_at__gt=at, due_at__lte=hour)
    if name == "day":
        return Q(due_at__gt=hour, due_at__lte=day)
    return Q(due_at__gt=day)


class ReviewFilter(FilterForm):
    q = text("Search", placeholder="Exact subject, agent, key or id", search=True)
    queue = choice("Queue", queue_choices)
    kind = choice("Held as", [ANY, *ReviewKind.choices])
    agent = choice("Agent", agent_choices)
    subject = text("Subject")
    due = choice("Due", [ANY, *DUE])

    @property
    def narrows(self) -> bool:
        """Whether more is chosen than words to look for, or does not hold."""
        return bool(self.chosen.keys() - {"q"} or self.errors)

    def apply(self, reviews: QuerySet[ReviewItem]) -> QuerySet[ReviewItem]:
        chosen = self.chosen
        if "q" in chosen:
            reviews = reviews.filter(named(chosen["q"]))
        if "kind" in chosen:
            reviews = reviews.filter(kind=chosen["kind"])
        if "queue" in chosen:
            reviews = reviews.filter(queue=chosen["queue"])
        if "agent" in chosen:
            reviews = reviews.filter(agent_id=chosen["agent"])
        if "subject" in chosen:
            reviews = reviews.filter(subject__external_id=chosen["subject"])
        if "due" in chosen:
            reviews = reviews.filter(due_within(chosen["due"], at=now()))
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


class DecisionForm(forms.Form):
    """One decision's reasons and note. `seen` is the digest of the text that was looked at."""

    reason = forms.ChoiceField(label="Reason", widget=forms.RadioSelect)
    comment = forms.CharField(
        label="Note",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)

    def __init__(
        self,
        decision: Decision,
        data: QueryDict | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial, auto_id=f"{decision}_%s")
        self.decision = decision
        reasons = offered(decision)
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]
        self.fields["reason"].initial = reasons[0][0]
        if decision is Decision.EDIT:
            self.fields["content"] = forms.CharField(
                label="Corrected text",
                max_length=settings.MEMORY_MAX_CONTENT_CHARACTERS,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 5, "data-first": True}),
            )
            self.order_fields(["content", "reason", "comment"])


class SaveViewForm(forms.Form):
    """A name for the filters in the address."""

    name = forms.CharField(label="Name", max_length=60)
    shared = forms.BooleanField(label="For everybody", required=False)

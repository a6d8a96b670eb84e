"""The queue beside the item: what waits, in which order, and how much of it is late."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.web.addresses import as_asked
from console.web.forms.review_filter import GENERAL_QUEUE, ReviewFilter, reviews_in
from console.web.masking import Mask
from console.web.middleware import TenantRequest
from console.web.paging import AFTER, BEFORE, Page, paginate
from console.web.screens.review_last import LastDecision, last_decision
from console.web.screens.saved_views import View, views_of
from console.web.screens.versions import versions_by_number
from console.web.text import excerpt
from memory.access import visible_reviews
from memory.models import Listing, MemoryVersion, ReviewItem
from memory.reviews.batch import MOST_AT_ONCE
from memory.reviews.order import ranked
from memory.reviews.sla import Clock, QueueCounts, clock_of, queue_counts

RANKED = ("-score", "id")
DECIDED_ORDER = ("-closed_at", "-id")
AT = "at"  # of the order on the screen: pages of one order do not overlap


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Neither its text nor its subject shows personal data."""

    review: ReviewItem
    version: MemoryVersion
    excerpt: str
    subject: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class QueueLink:
    """What waits in one queue; one without counts is all of them."""

    counts: QueueCounts
    value: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """`query` keeps what is chosen and the page, for every link that leads on from here."""

    filters: ReviewFilter
    status: str
    page: Page[ReviewItem]
    rows: list[QueueRow]
    views: list[View]
    queues: list[QueueLink]
    last: LastDecision | None
    can_decide: bool
    cap: int = MOST_AT_ONCE

    @property
    def is_named(self) -> bool:
        return any(view.is_shown for view in self.views)

    @property
    def waiting(self) -> int:
        return sum(link.counts.open for link in self.queues)

    @property
    def overdue(self) -> int:
        return sum(link.counts.breached for link in self.queues)


def queue_of(request: TenantRequest) -> Queue:
    actor = request.actor
    filters = ReviewFilter(request.GET, actor)
    status = status_of(request)
    reviews = reviews_in(status, filters.apply(visible_reviews(actor)))
    if status == "open":
        at = _moment(request)
        kept = {AT: as_asked(at)}
        page = paginate(request, ranked(reviews, at), order=RANKED, keep=kept)
    else:
        page = paginate(request, reviews, order=DECIDED_ORDER)
    return Queue(
        filters=filters,
        status=status,
        page=page,
        rows=queue_rows(page.items),
        views=views_of(actor, Listing.REVIEWS, filters.chosen),
        queues=_queues(actor, filters),
        last=last_decision(actor),
        can_decide=actor.may(Permission.REVIEW_DECIDE),
    )


def status_of(request: TenantRequest) -> str:
    return "decided" if request.GET.get("status") == "decided" else "open"


def queue_rows(reviews: list[ReviewItem]) -> list[QueueRow]:
    texts = versions_by_number((review.memory_id, review.version) for review in reviews)
    moment = now()
    rows = []
    for review in reviews:
        mask = Mask()
        version = texts[review.memory_id, review.version]
        text, _ = mask.content(version)
        subject = mask.subject(review.subject.external_id) if review.subject else ""
        clock = clock_of(review, moment)
        rows.append(QueueRow(review, version, excerpt(text, 160), subject, clock))
    return rows


def query_of(request: TenantRequest) -> str:
    """What of the address says which queue this is, to be kept by every link and form."""
    kept = QueryDict(mutable=True)
    for name in (*ReviewFilter.base_fields, "status", AT, AFTER, BEFORE):
        if value := request.GET.get(name):
            kept[name] = value
    return f"?{kept.urlencode()}" if kept else ""


def _moment(request: TenantRequest) -> datetime:
    """Of the order: on a later page what it was on the first, to the millisecond of its links."""
    if AFTER in request.GET or BEFORE in request.GET:
        with suppress(ValueError):
            at = datetime.fromisoformat(request.GET.get(AT, ""))
            if at.tzinfo is not None:
                return at
    at = now()
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _queues(actor: Actor, filters: ReviewFilter) -> list[QueueLink]:
    chosen = filters.chosen.get("queue")
    links = []
    for counts in queue_counts(actor):
        value = counts.name or GENERAL_QUEUE
        if counts.open or value == chosen:
            links.append(QueueLink(counts, value, value == chosen))
    return links

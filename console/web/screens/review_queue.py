"""The queue beside the item: what waits, in which order, and how much of it is late."""

from dataclasses import dataclass

from django.http import QueryDict

from console.web.forms.review import ReviewFilter, reviews_in
from console.web.masking import Mask
from console.web.middleware import TenantRequest
from console.web.paging import AFTER, BEFORE, Page, paginate
from console.web.screens.versions import versions_by_number
from console.web.text import excerpt
from memory.access import visible_review_views, visible_reviews
from memory.models import ReviewItem, ReviewView

QUEUE_ORDER = ("-priority", "-risk", "id")
DECIDED_ORDER = ("-closed_at", "-id")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Neither its text nor its subject shows personal data."""

    review: ReviewItem
    excerpt: str
    subject: str


@dataclass(frozen=True, slots=True)
class View:
    """A named set of filters, as a link."""

    view: ReviewView
    query: str
    is_shown: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """`query` keeps what is chosen and the page, for every link that leads on from here."""

    filters: ReviewFilter
    status: str
    page: Page[ReviewItem]
    rows: list[QueueRow]
    views: list[View]
    query: str

    @property
    def is_named(self) -> bool:
        return any(view.is_shown for view in self.views)


def queue_of(request: TenantRequest) -> Queue:
    filters = ReviewFilter(request.GET)
    status = status_of(request)
    reviews = reviews_in(status, filters.apply(visible_reviews(request.actor)))
    page = paginate(request, reviews, order=QUEUE_ORDER if status == "open" else DECIDED_ORDER)
    return Queue(
        filters=filters,
        status=status,
        page=page,
        rows=queue_rows(page.items),
        views=_views(request, filters),
        query=query_of(request),
    )


def status_of(request: TenantRequest) -> str:
    return "decided" if request.GET.get("status") == "decided" else "open"


def queue_rows(reviews: list[ReviewItem]) -> list[QueueRow]:
    texts = versions_by_number((review.memory_id, review.version) for review in reviews)
    rows = []
    for review in reviews:
        mask = Mask()
        text, _ = mask.content(texts[review.memory_id, review.version])
        subject = mask.subject(review.subject.external_id) if review.subject else ""
        rows.append(QueueRow(review, excerpt(text, 160), subject))
    return rows


def query_of(request: TenantRequest) -> str:
    """What of the address says which queue this is, to be kept by every link and form."""
    kept = QueryDict(mutable=True)
    for name in (*ReviewFilter.base_fields, "status", AFTER, BEFORE):
        if value := request.GET.get(name):
            kept[name] = value
    return f"?{kept.urlencode()}" if kept else ""


def _views(request: TenantRequest, filters: ReviewFilter) -> list[View]:
    chosen = {name: str(value) for name, value in filters.chosen.items()}
    views = visible_review_views(request.actor).order_by("is_shared", "name")
    return [
        View(
            view=view,
            query=f"?{_encoded(view.filters)}",
            is_shown=bool(chosen) and view.filters == chosen,
            is_own=view.owner_id == request.actor.id,
        )
        for view in views
    ]


def _encoded(filters: dict[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update(filters)
    return query.urlencode()

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.accounts.permissions import Permission
from console.api.paging import Order, Page, newest_first, page_of, position_in
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.queries import NoQuery
from console.api.v1.review_shapes import (
    ReviewAnswer,
    ReviewDetail,
    ReviewQuery,
    narrowed,
    shown_detail,
    shown_review,
)
from console.platform.clock import now
from memory.access import review_for, visible_reviews
from memory.lifecycle import version_of
from memory.models import Memory, MemoryVersion, ReviewItem, ReviewStatus
from memory.reviews.order import ranked, score_parts

TAGS = ["reviews"]


class ReviewsView(TenantView):
    needs = {"GET": Permission.REVIEW_READ}

    @extend_schema(
        operation_id="reviews_list",
        summary="List reviews",
        description="Those open, unless `status` asks for others: the first to decide first, by"
        " risk and age against the time its queue gives, with no agent's flood before what others"
        " wrote. Of those decided the newest first.",
        tags=TAGS,
        parameters=[ReviewQuery],
        responses={200: page_shape(ReviewAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(ReviewQuery, request.query_params)
        reviews = narrowed(visible_reviews(self.actor), asked)
        page = _page(reviews, asked)
        results = [shown_review(review) for review in page.rows]
        return Response({"results": results, "next_cursor": page.next_cursor})


class ReviewView(TenantView):
    needs = {"GET": Permission.REVIEW_READ}

    @extend_schema(
        operation_id="reviews_read",
        summary="Read a review",
        description="With the text proposed, the one in force and the one it contradicts.",
        tags=TAGS,
        responses={200: ReviewDetail, **problems(404)},
    )
    def get(self, request: Request, review_id: str) -> Response:
        checked(NoQuery, request.query_params)
        review = review_for(self.actor, identifier(review_id, noun="review"))
        return Response(
            shown_detail(
                review,
                proposed=version_of(review.memory, review.version),
                current=_current(review),
                contradicted=_contradicted(review),
                parts=score_parts(review, now()),
            )
        )


def _current(review: ReviewItem) -> MemoryVersion | None:
    """What was in force beside the proposal: nothing, for a memory's first version."""
    if review.memory.version == review.version or review.memory.is_held:
        return None
    return version_of(review.memory)


def _contradicted(review: ReviewItem) -> MemoryVersion | None:
    if review.contradicts_id is None:
        return None
    memory = Memory.objects.filter(id=review.contradicts_id).first()
    return version_of(memory) if memory else None


def _page(reviews: QuerySet[ReviewItem], asked: dict[str, Any]) -> Page[ReviewItem]:
    cursor, limit = asked.get("cursor"), asked["limit"]
    if asked["status"] != ReviewStatus.OPEN:
        return page_of(reviews, newest_first(), cursor=cursor, limit=limit)
    # Scores grow by the minute: each page is of the order that the first one had.
    second = int(now().timestamp())
    if cursor is not None:
        second = min(second, position_in(_first_to_decide(second), cursor)[0])
    at = datetime.fromtimestamp(second, UTC)
    return page_of(ranked(reviews, at), _first_to_decide(second), cursor=cursor, limit=limit)


def _first_to_decide(second: int) -> Order[Any]:
    return Order(
        ("-score", "id"),
        "Id16s",
        lambda review: (second, review.score, review.id.bytes),
        lambda _, score, last: Q(score__lt=score) | Q(score=score, id__gt=UUID(bytes=last)),
    )

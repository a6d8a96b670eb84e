from typing import Any
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.paging import Order, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.queries import NoQuery
from console.api.v1.review_shapes import (
    DecisionBody,
    ReviewAnswer,
    ReviewDetail,
    ReviewQuery,
    shown_detail,
    shown_review,
)
from memory.access import review_for, visible_reviews
from memory.actions import decide_review
from memory.lifecycle import version_of
from memory.models import Memory, MemoryVersion, ReviewItem
from memory.reviews.decisions import Decision

TAGS = ["reviews"]
COLUMNS = {
    "status": "status",
    "kind": "kind",
    "agent": "agent_id",
    "subject": "subject__external_id",
    "queue": "queue",
}


class ReviewsView(TenantView):
    needs = {"GET": Permission.REVIEW_READ}

    @extend_schema(
        operation_id="reviews_list",
        summary="List reviews",
        description="Those open, unless `status` asks for others. The most urgent first, then the"
        " riskiest, then the oldest.",
        tags=TAGS,
        parameters=[ReviewQuery],
        responses={200: page_shape(ReviewAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(ReviewQuery, request.query_params)
        wanted = {column: asked[name] for name, column in COLUMNS.items() if name in asked}
        reviews = visible_reviews(self.actor).filter(**wanted)
        page = page_of(reviews, _most_urgent(), cursor=asked.get("cursor"), limit=asked["limit"])
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
            )
        )


class ReviewDecideView(TenantView):
    needs = {"POST": Permission.REVIEW_DECIDE}

    @extend_schema(
        operation_id="reviews_decide",
        summary="Decide a review",
        description="Whoever proposed a memory, or owns the key that did, cannot decide it. Where"
        " `approvals_needed` is 2, the first approval leaves the review open for another person.",
        tags=TAGS,
        request=DecisionBody,
        responses={200: ReviewAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, review_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        review = review_for(self.actor, identifier(review_id, noun="review"))
        asked = checked(DecisionBody, request.data)
        seen = asked.get("content_digest")
        decide_review(
            actor=self.actor,
            review=review,
            decision=Decision(asked["decision"]),
            reason=asked["reason"],
            comment=asked.get("note", ""),
            content=asked.get("content"),
            seen_digest=bytes.fromhex(seen) if seen else None,
        )
        return Answer(shown_review(review_for(self.actor, review.id)))


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


def _most_urgent() -> Order[Any]:
    return Order(
        ("-priority", "-risk", "id"),
        "hd16s",
        lambda review: (review.priority, review.risk, review.id.bytes),
        lambda priority, risk, last: (
            Q(priority__lt=priority)
            | Q(priority=priority, risk__lt=risk)
            | Q(priority=priority, risk=risk, id__gt=UUID(bytes=last))
        ),
    )

"""Working through the queue: take the next, keep it, give it back, pass it on."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from console.accounts.permissions import Permission
from console.api.fields import FlagField, IdentifierField, OneOfField, TextField
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import StrictSerializer, checked
from console.api.v1.answers import Shape
from console.api.v1.base import TenantView, identifier
from console.api.v1.memory_bodies import MAX_NAME
from console.api.v1.queries import NoQuery
from console.api.v1.review_shapes import ReviewAnswer, narrowed, shown_review
from memory.access import review_for, visible_reviews
from memory.actions import (
    claim_next,
    claim_review,
    escalate_review,
    keep_claim,
    release_claim,
    skip_review,
)
from memory.models import ReviewItem, ReviewKind
from memory.reviews.claims import LEASE
from memory.reviews.skipping import SkipReason

TAGS = ["reviews"]
MAX_WHY = 500
REFUSALS = problems(400, 404, 409, 413, 415)
MINUTES = LEASE.seconds // 60


class NothingBody(StrictSerializer):
    """An empty object, or no body."""


class NextBody(StrictSerializer):
    """What to choose from: all that is open, where nothing narrows it."""

    kind = OneOfField(required=False, choices=ReviewKind.choices)
    agent = IdentifierField(required=False, help_text="The id of the agent that proposed it.")
    subject = TextField(required=False, max_length=MAX_NAME)
    queue = TextField(required=False, allow_blank=True, max_length=MAX_NAME)


class NextAnswer(Shape):
    review = ReviewAnswer(allow_null=True, help_text="null: nothing is left for you.")


class SkipBody(StrictSerializer):
    reason = OneOfField(choices=SkipReason.choices)
    note = TextField(required=False, allow_blank=True, max_length=MAX_WHY)


class EscalateBody(StrictSerializer):
    note = TextField(max_length=MAX_WHY, help_text="Why it cannot wait. Reviewers read it.")
    two_people = FlagField(required=False, help_text="From now on two people must approve it.")


class DeskView(TenantView):
    """A verb on one review, of somebody who decides."""

    needs = {"POST": Permission.REVIEW_DECIDE}

    def review(self, request: Request, review_id: str) -> ReviewItem:
        checked(NoQuery, request.query_params)
        return review_for(self.actor, identifier(review_id, noun="review"))

    def answer(self, review: ReviewItem) -> Answer:
        return Answer(shown_review(review_for(self.actor, review.id)))


class ReviewNextView(DeskView):
    @extend_schema(
        operation_id="reviews_next",
        summary="Take the next review",
        description="The first in order that nobody is deciding and you may decide. It is yours for"
        f" {MINUTES} minutes; no two people are given the same one.",
        tags=TAGS,
        request=NextBody,
        responses={200: NextAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(NextBody, request.data)
        taken = claim_next(actor=self.actor, among=narrowed(visible_reviews(self.actor), asked))
        shown = shown_review(review_for(self.actor, taken.id)) if taken else None
        return Answer({"review": shown})


class ReviewClaimView(DeskView):
    @extend_schema(
        operation_id="reviews_claim",
        summary="Take a review",
        description=f"For {MINUTES} minutes nobody else decides it.",
        tags=TAGS,
        request=NothingBody,
        responses={200: ReviewAnswer, **REFUSALS},
    )
    @once
    def post(self, request: Request, review_id: str) -> Answer:
        review = self.review(request, review_id)
        checked(NothingBody, request.data)
        return self.answer(claim_review(actor=self.actor, review=review))


class ReviewHeartbeatView(DeskView):
    @extend_schema(
        operation_id="reviews_heartbeat",
        summary="Keep a review",
        description=f"You still work on it: it is yours for {MINUTES} minutes from now.",
        tags=TAGS,
        request=NothingBody,
        responses={200: ReviewAnswer, **REFUSALS},
    )
    @once
    def post(self, request: Request, review_id: str) -> Answer:
        review = self.review(request, review_id)
        checked(NothingBody, request.data)
        return self.answer(keep_claim(actor=self.actor, review=review))


class ReviewReleaseView(DeskView):
    @extend_schema(
        operation_id="reviews_release",
        summary="Give a review back",
        tags=TAGS,
        request=NothingBody,
        responses={200: ReviewAnswer, **REFUSALS},
    )
    @once
    def post(self, request: Request, review_id: str) -> Answer:
        review = self.review(request, review_id)
        checked(NothingBody, request.data)
        return self.answer(release_claim(actor=self.actor, review=review))


class ReviewSkipView(DeskView):
    @extend_schema(
        operation_id="reviews_skip",
        summary="Leave a review to others",
        description="`next` gives it to you no more.",
        tags=TAGS,
        request=SkipBody,
        responses={200: ReviewAnswer, **REFUSALS},
    )
    @once
    def post(self, request: Request, review_id: str) -> Answer:
        review = self.review(request, review_id)
        asked = checked(SkipBody, request.data)
        skipped = skip_review(
            actor=self.actor,
            review=review,
            reason=SkipReason(asked["reason"]),
            comment=asked.get("note", ""),
        )
        return self.answer(skipped)


class ReviewEscalateView(DeskView):
    @extend_schema(
        operation_id="reviews_escalate",
        summary="Escalate a review",
        description="One priority up, and due as soon as that one asks from now on. `next` gives it"
        " to others.",
        tags=TAGS,
        request=EscalateBody,
        responses={200: ReviewAnswer, **REFUSALS},
    )
    @once
    def post(self, request: Request, review_id: str) -> Answer:
        review = self.review(request, review_id)
        asked = checked(EscalateBody, request.data)
        escalated = escalate_review(
            actor=self.actor,
            review=review,
            comment=asked["note"],
            two_people=asked.get("two_people", False),
        )
        return self.answer(escalated)

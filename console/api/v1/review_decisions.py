from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from audit.trail import record_refusal
from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.queries import NoQuery
from console.api.v1.review_decision_shapes import (
    DecisionBody,
    DecisionsAnswer,
    DecisionsBody,
    UndoBody,
    UndoOneBody,
    shown_batch,
)
from console.api.v1.review_shapes import ReviewAnswer, shown_review
from console.platform.errors import NotFoundError
from memory.access import review_for, visible_reviews
from memory.actions import (
    decide_review,
    decide_reviews,
    preview_decisions,
    undo_decision,
    undo_decisions,
)
from memory.actions.undo import UNDO_WINDOW
from memory.reviews.batch import MOST_AT_ONCE, Batch
from memory.reviews.decisions import Decision

TAGS = ["reviews"]
MINUTES = UNDO_WINDOW.seconds // 60


class ReviewDecideView(TenantView):
    needs = {"POST": Permission.REVIEW_DECIDE}

    @extend_schema(
        operation_id="reviews_decide",
        summary="Decide a review",
        description="Whoever proposed a memory, or owns the key that did, cannot decide it. Where"
        " `approvals_needed` is 2, the first approval leaves the review open for another person;"
        " quarantine leaves it open too.",
        tags=TAGS,
        request=DecisionBody,
        responses={200: ReviewAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, review_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        review = review_for(self.actor, identifier(review_id, noun="review"))
        asked = checked(DecisionBody, request.data)
        decide_review(
            actor=self.actor,
            review=review,
            decision=Decision(asked["decision"]),
            reason=asked["reason"],
            comment=asked.get("note", ""),
            content=asked.get("content"),
            into=asked.get("into"),
            number=asked.get("version"),
            seen_digest=_digest(asked),
        )
        return Answer(shown_review(review_for(self.actor, review.id)))


class ReviewUndoView(TenantView):
    needs = {"POST": Permission.REVIEW_DECIDE}

    @extend_schema(
        operation_id="reviews_undo",
        summary="Undo a decision",
        description=f"Whoever decided, or an owner, takes the last decision back for {MINUTES}"
        " minutes. The review is open again, and the memory, those it replaced and the reviews"
        " closed with it are what they were. Where somebody has built on it since, or words were"
        " erased: 409, `not_undoable`.",
        tags=TAGS,
        request=UndoOneBody,
        responses={200: ReviewAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, review_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        review = review_for(self.actor, identifier(review_id, noun="review"))
        asked = checked(UndoOneBody, request.data)
        undo_decision(
            actor=self.actor,
            review=review,
            reason=asked["reason"],
            comment=asked.get("note", ""),
            decision_id=asked.get("decision_id"),
        )
        return Answer(shown_review(review_for(self.actor, review.id)))


class ReviewDecisionsView(TenantView):
    needs = {"POST": Permission.REVIEW_DECIDE}

    @extend_schema(
        operation_id="reviews_decide_many",
        summary="Decide several reviews alike",
        description=f"Up to {MOST_AT_ONCE}. Each is decided as by itself: one that is refused does"
        " not stop the others. With `dry_run` nothing changes, and the answer tells what would"
        " become of each.",
        tags=TAGS,
        request=DecisionsBody,
        responses={200: DecisionsAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(DecisionsBody, request.data)
        chosen = {one["id"]: one for one in asked["reviews"]}
        found = {one.id: one for one in visible_reviews(self.actor).filter(id__in=chosen)}
        if not found:
            raise NotFoundError(noun="review")
        reviews = [found[one] for one in chosen if one in found]
        seen = {one: digest for one in chosen if (digest := _digest(chosen[one]))}
        decision = Decision(asked["decision"])
        if asked["dry_run"]:
            batch = preview_decisions(
                actor=self.actor,
                reviews=reviews,
                decision=decision,
                reason=asked["reason"],
                seen=seen,
            )
        else:
            batch = decide_reviews(
                actor=self.actor,
                reviews=reviews,
                decision=decision,
                reason=asked["reason"],
                comment=asked.get("note", ""),
                seen=seen,
            )
            _record_refusals(self, batch)
        return Answer(shown_batch(batch, asked=list(chosen), dry_run=asked["dry_run"]))


class ReviewDecisionsUndoView(TenantView):
    needs = {"POST": Permission.REVIEW_DECIDE}

    @extend_schema(
        operation_id="reviews_undo_many",
        summary="Undo what was decided at once",
        description="The last first, each as by itself: one that cannot be undone any more does not"
        " stop the others.",
        tags=TAGS,
        request=UndoBody,
        responses={200: DecisionsAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, batch_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        identified = identifier(batch_id, noun="batch of decisions")
        asked = checked(UndoBody, request.data)
        batch = undo_decisions(
            actor=self.actor,
            batch_id=identified,
            reason=asked["reason"],
            comment=asked.get("note", ""),
        )
        _record_refusals(self, batch)
        return Answer(shown_batch(batch))


def _digest(asked: Mapping[str, Any]) -> bytes | None:
    sent = asked.get("content_digest")
    return bytes.fromhex(sent) if sent else None


def _record_refusals(view: TenantView, batch: Batch) -> None:
    for verdict in batch.verdicts:
        if verdict.refusal is not None:
            record_refusal(actor=view.actor, error=verdict.refusal, door=view.door)

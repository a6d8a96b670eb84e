"""Putting many memories into quarantine at once."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import checked
from console.api.v1.base import TenantView
from console.api.v1.influence import origin_of
from console.api.v1.quarantine_shapes import QuarantineAnswer, QuarantineBody, shown_quarantine
from console.api.v1.queries import NoQuery
from memory.actions import preview_quarantine, quarantine_memories
from memory.influence.quarantined import MOST_QUARANTINED, QuarantineBatch
from memory.influence.spread import follow
from memory.influence.told import told_of


class QuarantinesView(TenantView):
    needs = {"POST": Permission.REVIEW_DECIDE}

    @extend_schema(
        operation_id="quarantines_create",
        summary="Quarantine many memories",
        description=f"Up to {MOST_QUARANTINED}, named one by one or as what a memory, a span or an"
        " agent led to. Nobody recalls them any more, and each gets a review. One that cannot be"
        " quarantined, because it has ended or is already, stops no other.",
        tags=["influence"],
        request=QuarantineBody,
        responses={200: QuarantineAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(QuarantineBody, request.data)
        ids, led_by = _chosen(self, asked)
        known = {
            "actor": self.actor,
            "memory_ids": ids[:MOST_QUARANTINED],
            "reason": asked["reason"],
            "led_by": led_by,
        }
        batch = _done(known, asked) if ids else QuarantineBatch()
        remaining = max(0, len(ids) - MOST_QUARANTINED)
        return Answer(shown_quarantine(batch, dry_run=asked["dry_run"], remaining=remaining))


def _done(known: dict[str, Any], asked: dict[str, Any]) -> QuarantineBatch:
    if asked["dry_run"]:
        return preview_quarantine(**known)
    return quarantine_memories(**known, comment=asked.get("note", ""))


def _chosen(view: TenantView, asked: dict[str, Any]) -> tuple[list[UUID], str]:
    """The memories, and what led to them."""
    if "memories" in asked:
        return asked["memories"], ""
    start = dict(asked["influence_of"])
    origin = origin_of(view.actor, start)
    influence = follow(view.actor, origin, since=start.get("since"), until=start.get("until"))
    told = told_of(influence)
    return told.can_be_quarantined(), f"{origin.kind} {origin.id}"

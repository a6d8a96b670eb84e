"""How far the influence of a memory, a version, a span or an agent reaches."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.influence.after import decisions_in
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.api.schema import problems
from console.api.serializers import checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.influence_shapes import (
    InfluenceAnswer,
    InfluenceQuery,
    OriginQuery,
    shown_influence,
)
from memory.influence.origins import Origin, of_agent, of_memory, of_span
from memory.influence.spread import follow
from memory.influence.told import told_of

TAGS = ["influence"]


class MemoryInfluenceView(TenantView):
    needs = {"GET": Permission.TRACES_READ}

    @extend_schema(
        operation_id="memories_influence",
        summary="Follow a memory's influence",
        description="Its blast radius: every recall of it, the model and tool calls that started"
        " after one in the same turn, the memories written there or naming it as their source, and"
        " the same of those, five levels deep. What came after need not have come of it.",
        tags=TAGS,
        parameters=[InfluenceQuery],
        responses={200: InfluenceAnswer, **problems(404)},
    )
    def get(self, request: Request, memory_id: str) -> Response:
        asked = checked(InfluenceQuery, request.query_params)
        origin = of_memory(
            self.actor, identifier(memory_id, noun="memory"), version=asked.get("version")
        )
        return Response(_followed(self, origin, asked))


class InfluenceView(TenantView):
    needs = {"GET": Permission.TRACES_READ}

    @extend_schema(
        operation_id="influence",
        summary="Follow the influence of a span or an agent",
        description="From the memories that a span wrote or read, or that an agent wrote.",
        tags=TAGS,
        parameters=[OriginQuery],
        responses={200: InfluenceAnswer, **problems(404)},
    )
    def get(self, request: Request) -> Response:
        asked = checked(OriginQuery, request.query_params)
        return Response(_followed(self, origin_of(self.actor, asked), asked))


def origin_of(actor: Actor, asked: dict[str, Any]) -> Origin:
    """Of an agent the window says when it wrote, and is taken out. Raises NotFoundError."""
    if "memory" in asked:
        return of_memory(actor, asked["memory"], version=asked.get("version"))
    if "agent" in asked:
        since, until = asked.pop("since", None), asked.pop("until", None)
        return of_agent(actor, asked["agent"], since=since, until=until)
    return of_span(actor, bytes.fromhex(asked["trace_id"]), bytes.fromhex(asked["span_id"]))


def _followed(view: TenantView, origin: Origin, asked: dict[str, Any]) -> dict[str, Any]:
    influence = follow(view.actor, origin, since=asked.get("since"), until=asked.get("until"))
    limit = asked["limit"]
    decisions = decisions_in(influence.latest_turns(limit), most=limit)
    return shown_influence(told_of(influence), decisions, limit=limit)

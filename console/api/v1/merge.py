from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import checked
from console.api.v1.answers import WriteAnswer, written
from console.api.v1.base import TenantView
from console.api.v1.memory_bodies import MergeBody
from console.api.v1.queries import NoQuery
from console.api.v1.signing import apart
from memory.access import memory_for
from memory.actions import merge_memories


class MemoryMergeView(TenantView):
    needs = {"POST": Permission.MEMORY_WRITE}

    @extend_schema(
        operation_id="memories_merge",
        summary="Merge memories",
        description="Writes one memory derived from all of them, screened like any write. They end"
        " when it takes effect: at once (201), or when a person approves it (202).",
        tags=["memories"],
        request=MergeBody,
        responses={
            201: OpenApiResponse(WriteAnswer, description="In force, in their place."),
            202: OpenApiResponse(WriteAnswer, description="Held; they stay until it is approved."),
            **problems(400, 404, 409, 413, 415),
        },
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        body, signed = apart(request.data)
        asked = checked(MergeBody, body)
        outcome = merge_memories(
            actor=self.actor,
            memories=[memory_for(self.actor, memory_id) for memory_id in asked["memories"]],
            content=asked["content"],
            reason=asked.get("reason", ""),
            signed=signed,
        )
        return Answer(written(outcome), 202 if outcome.review else 201)

    @override
    def respond(self, answer: Answer) -> Response:
        response = super().respond(answer)
        response["Location"] = reverse("api-memory", args=[answer.body["id"]])
        return response

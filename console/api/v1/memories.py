from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from audit.usefulness import use_of_one
from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.answers import (
    MemoryAnswer,
    WriteAnswer,
    shown_memory,
    written,
)
from console.api.v1.base import TenantView, identifier
from console.api.v1.listing import listed_memories, texts_of
from console.api.v1.memory_bodies import MemoryChange, MemoryQuery, MemoryWrite, ReasonQuery
from console.api.v1.memory_detail import MemoryDetail, shown_detail
from console.api.v1.preconditions import expected_version
from console.api.v1.queries import NoQuery
from console.api.v1.signing import apart
from console.api.v1.writing import change_of, write_from
from console.platform.clock import now
from memory.access import (
    memory_for,
    read_memory,
    record_shown,
    untold_sources,
    visible_memories,
)
from memory.actions import retire_memory, revise_memory, write_memory
from memory.holds import standing_holds
from memory.lifecycle import version_of
from memory.lineage import children_by_parent
from memory.signing.stored import stored_signatures, verify_stored_signature

TAGS = ["memories"]


class MemoriesView(TenantView):
    needs = {"GET": Permission.MEMORY_READ, "POST": Permission.MEMORY_WRITE}

    @extend_schema(
        operation_id="memories_list",
        summary="List memories",
        description="Newest first. Held ones appear to reviewers, and to the key that wrote them.",
        tags=TAGS,
        parameters=[MemoryQuery],
        responses={200: page_shape(MemoryAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(MemoryQuery, request.query_params)
        moment = now()
        memories = listed_memories(self.actor, asked, at=moment)
        page = page_of(memories, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        texts = texts_of(page.rows)
        record_shown(self.actor, texts.values())
        signatures = stored_signatures(list(texts.values()))
        untold = untold_sources(self.actor, texts.values())
        results = [
            shown_memory(
                memory,
                said := texts[memory.id],
                signed=signatures.get(said.id),
                at=moment,
                untold=untold,
            )
            for memory in page.rows
        ]
        return Response({"results": results, "next_cursor": page.next_cursor})

    @extend_schema(
        operation_id="memories_write",
        summary="Write a memory",
        description="Takes effect at once (201), or is held for a person (202) and says why.",
        tags=TAGS,
        request=MemoryWrite,
        responses={
            201: OpenApiResponse(WriteAnswer, description="In force: it is recalled from now on."),
            202: OpenApiResponse(WriteAnswer, description="Held: a person decides."),
            **problems(400, 409, 413, 415),
        },
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        body, signed = apart(request.data)
        write = write_from(checked(MemoryWrite, body), signed)
        outcome = write_memory(actor=self.actor, write=write)
        return Answer(written(outcome), 202 if outcome.review else 201)

    @override
    def respond(self, answer: Answer) -> Response:
        response = super().respond(answer)
        response["Location"] = reverse("api-memory", args=[answer.body["id"]])
        return response


class MemoryView(TenantView):
    needs = {
        "GET": Permission.MEMORY_READ,
        "PATCH": Permission.MEMORY_WRITE,
        "DELETE": Permission.MEMORY_DELETE,
    }

    @extend_schema(
        operation_id="memories_read",
        summary="Read a memory",
        tags=TAGS,
        responses={200: MemoryDetail, **problems(404)},
    )
    def get(self, request: Request, memory_id: str) -> Response:
        checked(NoQuery, request.query_params)
        memory = read_memory(self.actor, identifier(memory_id, noun="memory"))
        version = version_of(memory)
        derived = children_by_parent([memory.id], visible_memories(self.actor))
        return Response(
            shown_detail(
                memory,
                version,
                signed=verify_stored_signature(version),
                at=now(),
                untold=untold_sources(self.actor, [version]),
                derived=derived[memory.id],
                legal_hold=standing_holds(memory).exists(),
                use=use_of_one(memory.id) if self.actor.may(Permission.TRACES_READ) else None,
            )
        )

    @extend_schema(
        operation_id="memories_change",
        summary="Change a memory",
        description="Proposes the next version: in force at once (200), or held for a person (202)"
        " while the present one stays. Compare and set: another version in force is 409.",
        tags=TAGS,
        parameters=[
            OpenApiParameter(
                "If-Match",
                str,
                OpenApiParameter.HEADER,
                description='The version you read, `"3"`, instead of `expected_version`.',
            )
        ],
        request=MemoryChange,
        responses={
            200: OpenApiResponse(WriteAnswer, description="The new version is in force."),
            202: OpenApiResponse(WriteAnswer, description="Held; the version before stays."),
            **problems(400, 404, 409, 413, 415, 428),
        },
    )
    def patch(self, request: Request, memory_id: str) -> Response:
        checked(NoQuery, request.query_params)
        memory = memory_for(self.actor, identifier(memory_id, noun="memory"))
        body, signed = apart(request.data)
        values = checked(MemoryChange, body)
        expected = expected_version(request, values)
        reason = values.pop("reason", "")
        outcome = revise_memory(
            actor=self.actor,
            memory=memory,
            write=change_of(memory, version_of(memory), values, signed),
            expected_version=expected,
            reason=reason,
        )
        return Response(written(outcome), status=202 if outcome.review else 200)

    @extend_schema(
        operation_id="memories_delete",
        summary="Delete a memory",
        description="Its history stays as evidence; nobody recalls or reads it.",
        tags=TAGS,
        parameters=[ReasonQuery],
        responses={204: OpenApiResponse(description="It is gone."), **problems(404, 409)},
    )
    def delete(self, request: Request, memory_id: str) -> Response:
        asked: dict[str, Any] = checked(ReasonQuery, request.query_params)
        memory = memory_for(self.actor, identifier(memory_id, noun="memory"))
        retire_memory(actor=self.actor, memory=memory, reason=asked.get("reason", ""))
        return Response(status=204)

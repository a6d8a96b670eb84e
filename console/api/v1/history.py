"""A memory's versions, and going back or ending it."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.paging import Order, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.answers import (
    VersionAnswer,
    WriteAnswer,
    changed_state,
    shown_version,
    written,
)
from console.api.v1.base import TenantView, identifier
from console.api.v1.memory_bodies import ReasonBody, RestoreBody
from console.api.v1.queries import NoQuery, PageQuery
from console.api.v1.signing import apart
from memory.access import (
    memory_for,
    record_shown,
    untold_sources,
    version_for,
    visible_versions,
)
from memory.actions import expire_memory, restore_version
from memory.sealing import open_versions
from memory.signing.stored import stored_signatures

TAGS = ["memories"]


class MemoryVersionsView(TenantView):
    needs = {"GET": Permission.MEMORY_READ}

    @extend_schema(
        operation_id="memories_versions",
        summary="List a memory's versions",
        description="Newest first. One that never took effect is for reviewers and its own key.",
        tags=TAGS,
        parameters=[PageQuery],
        responses={200: page_shape(VersionAnswer), **problems(404)},
    )
    def get(self, request: Request, memory_id: str) -> Response:
        asked = checked(PageQuery, request.query_params)
        memory = memory_for(self.actor, identifier(memory_id, noun="memory"))
        visible = visible_versions(self.actor, memory)
        page = page_of(visible, _by_number(), cursor=asked.get("cursor"), limit=asked["limit"])
        versions = open_versions(page.rows)
        record_shown(self.actor, versions)
        signed = stored_signatures(versions)
        untold = untold_sources(self.actor, versions)
        results = [
            shown_version(version, signed=signed.get(version.id), untold=untold)
            for version in versions
        ]
        return Response({"results": results, "next_cursor": page.next_cursor})


class MemoryRestoreView(TenantView):
    needs = {"POST": Permission.MEMORY_WRITE}

    @extend_schema(
        operation_id="memories_restore",
        summary="Restore an earlier version",
        description="Proposes its content as a new version; nothing in between is lost.",
        tags=TAGS,
        request=RestoreBody,
        responses={
            200: OpenApiResponse(WriteAnswer, description="The restored version is in force."),
            202: OpenApiResponse(WriteAnswer, description="Held; the version before stays."),
            **problems(400, 404, 409, 413, 415),
        },
    )
    @once
    def post(self, request: Request, memory_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        memory = memory_for(self.actor, identifier(memory_id, noun="memory"))
        body, signed = apart(request.data)
        asked = checked(RestoreBody, body)
        version = version_for(self.actor, memory, asked["version"])
        outcome = restore_version(
            actor=self.actor,
            memory=memory,
            version=version,
            reason=asked.get("reason", ""),
            signed=signed,
        )
        return Answer(written(outcome), 202 if outcome.review else 200)


class MemoryExpireView(TenantView):
    needs = {"POST": Permission.MEMORY_EXPIRE}

    @extend_schema(
        operation_id="memories_expire",
        summary="Expire a memory now",
        description="It stays readable as history and is recalled no more.",
        tags=TAGS,
        request=ReasonBody,
        responses={200: WriteAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, memory_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        memory = memory_for(self.actor, identifier(memory_id, noun="memory"))
        asked = checked(ReasonBody, request.data)
        ended = expire_memory(actor=self.actor, memory=memory, reason=asked.get("reason", ""))
        return Answer(changed_state(ended))


def _by_number() -> Order[Any]:
    return Order(
        ("-number",), "I", lambda version: (version.number,), lambda last: Q(number__lt=last)
    )

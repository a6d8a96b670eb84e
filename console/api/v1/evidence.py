"""Evidence packs over the API: what one would hold, and one to take away."""

from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from audit.actions import export_evidence, require_evidence
from audit.evidence.extent import Extent, extent_of
from audit.proof.notes import origin_of
from console.accounts.permissions import Permission
from console.api.fields import InstantField
from console.api.schema import problems
from console.api.serializers import QuerySerializer, checked
from console.api.v1.answers import Shape, as_json
from console.api.v1.base import TenantView
from memory.evidence.documents import evidence_pack

FROM = "Where the period begins; without it the log's beginning."
TO = "Where the period ends; without it the newest checkpoint."


class EvidenceQuery(QuerySerializer):
    to = InstantField(required=False, help_text=TO)

    @override
    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        # `from` is a word of Python's, so it cannot stand above.
        return {"from": InstantField(required=False, help_text=FROM), **super().get_fields()}


class ExtentAnswer(Shape):
    origin = serializers.CharField(help_text="The log's name.")
    first = serializers.IntegerField(help_text="Index of the first event.")
    size = serializers.IntegerField(help_text="Index after the last.")
    events = serializers.IntegerField()
    first_checkpoint = serializers.IntegerField()
    last_checkpoint = serializers.IntegerField()
    sealed_at = serializers.DateTimeField(help_text="When the last checkpoint was made.")
    waiting = serializers.IntegerField(
        help_text="Events so far under no checkpoint, and so in no pack; counted up to 10,000."
    )
    pruned = serializers.IntegerField(
        help_text="Events of the period's beginning that retention removed: those before `first`."
    )


class EvidenceView(TenantView):
    needs = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="evidence_extent",
        summary="Tell what an evidence pack would hold",
        tags=["audit"],
        parameters=[EvidenceQuery],
        responses={200: ExtentAnswer, **problems(409)},
    )
    def get(self, request: Request) -> Response:
        require_evidence(self.actor)
        asked = checked(EvidenceQuery, request.query_params)
        return Response(_shown(extent_of(asked.get("from"), asked.get("to"))))


class EvidencePackView(TenantView):
    """A read that is recorded; its answer comes after the transaction that recorded it."""

    needs = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="evidence_pack",
        summary="Take an evidence pack",
        description="A .zip, streamed, that `mnemoscope-verify` verifies offline; docs/verifier.md"
        " says what is in it. That it was taken is an event. Takes `audit.read` and"
        " `members.read`. An answer that broke off does not verify.",
        tags=["audit"],
        parameters=[EvidenceQuery],
        responses={200: OpenApiResponse(description="The pack."), **problems(409)},
    )
    def get(self, request: Request) -> HttpResponseBase:
        asked = checked(EvidenceQuery, request.query_params)
        extent = export_evidence(actor=self.actor, begins=asked.get("from"), ends=asked.get("to"))
        return StreamingHttpResponse(
            evidence_pack(extent),
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{extent.file_name}"'},
        )


def _shown(extent: Extent) -> dict[str, Any]:
    return as_json(
        ExtentAnswer,
        {
            "origin": origin_of(extent.tenant_id),
            "first": extent.first,
            "size": extent.size,
            "events": extent.events,
            "first_checkpoint": extent.begins_at,
            "last_checkpoint": extent.ends_at,
            "sealed_at": extent.sealed_at,
            "waiting": extent.waiting,
            "pruned": extent.pruned.size if extent.pruned else 0,
        },
    )

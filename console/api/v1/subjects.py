"""What the API does about people: the export of one, and requests to be erased, taken in."""

from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.accounts.permissions import Permission
from console.api.fields import AnyValueField, InstantField, OneOfField, TextField
from console.api.idempotency import Answer, once
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import QuerySerializer, StrictSerializer, checked
from console.api.v1.answers import Author, Shape, as_json
from console.api.v1.base import TenantView, identifier
from console.api.v1.memory_bodies import MAX_NAME
from console.api.v1.queries import NoQuery, PageQuery
from memory.actions import export_subject, receive_erasure
from memory.erasure.export import export_of
from memory.models import ErasureRequest, ErasureStatus
from memory.subjects import erasure_for, subject_named, visible_erasures

MAX_ASKED_BY, MAX_REASON = 200, 500


class ExportQuery(QuerySerializer):
    subject = TextField(max_length=MAX_NAME, help_text="The person, by your own identifier.")
    reason = TextField(max_length=MAX_REASON, help_text="Why: it stands in the audit trail.")


class ErasureQuery(PageQuery):
    status = OneOfField(required=False, choices=ErasureStatus.choices)


class ErasureBody(StrictSerializer):
    subject = TextField(max_length=MAX_NAME, help_text="The person, by your own identifier.")
    asked_by = TextField(max_length=MAX_ASKED_BY, help_text="Who asked, and how.")
    identity_check = TextField(max_length=MAX_REASON, help_text="How you know it is them.")
    received_at = InstantField(required=False, help_text="By default now.")
    due_at = InstantField(required=False, help_text="By default 30 days after it was received.")


class ErasureAnswer(Shape):
    id = serializers.UUIDField()
    subject = serializers.CharField()
    status = serializers.ChoiceField(choices=ErasureStatus.choices)
    asked_by = serializers.CharField()
    identity_check = serializers.CharField()
    received_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    taken_in_by = Author()
    approved_at = serializers.DateTimeField(allow_null=True)
    approved_by = Author(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = Author(allow_null=True)
    close_reason = serializers.CharField(allow_null=True)
    erased = AnyValueField(allow_null=True, help_text="What was deleted, in figures.")


class SubjectExportView(TenantView):
    """A read that is recorded; its answer comes after the transaction that recorded it."""

    needs = {"GET": Permission.SUBJECT_EXPORT}

    @extend_schema(
        operation_id="subjects_export",
        summary="Export all about a person",
        description="One JSON document, streamed; its shape is in docs/subjects.md. `complete`"
        " stands last: without it the answer broke off.",
        tags=["subjects"],
        parameters=[ExportQuery],
        responses={200: OpenApiResponse(description="The document."), **problems(404)},
    )
    def get(self, request: Request) -> HttpResponseBase:
        asked = checked(ExportQuery, request.query_params)
        subject = subject_named(self.actor, asked["subject"], need=Permission.SUBJECT_EXPORT)
        export_subject(actor=self.actor, subject=subject, comment=asked["reason"])
        document = export_of(subject, self.actor.tenant_id)
        return StreamingHttpResponse(document, content_type="application/json")


class ErasuresView(TenantView):
    needs = {"GET": Permission.SUBJECT_READ, "POST": Permission.ERASURE_MANAGE}

    @extend_schema(
        operation_id="erasure_requests_list",
        summary="List requests to be erased",
        description="Newest first.",
        tags=["subjects"],
        parameters=[ErasureQuery],
        responses={200: page_shape(ErasureAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(ErasureQuery, request.query_params)
        requests = visible_erasures(self.actor)
        if "status" in asked:
            requests = requests.filter(status=asked["status"])
        page = page_of(requests, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        results = [shown_erasure(one) for one in page.rows]
        return Response({"results": results, "next_cursor": page.next_cursor})

    @extend_schema(
        operation_id="erasure_requests_receive",
        summary="Take in a request to be erased",
        description="Nothing is erased by that: another person approves it in the console, and then"
        " it is carried out. A person nothing is known about is answered 404.",
        tags=["subjects"],
        request=ErasureBody,
        responses={201: ErasureAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(ErasureBody, request.data)
        subject = subject_named(self.actor, asked.pop("subject"))
        erasure = receive_erasure(actor=self.actor, subject=subject, **asked)
        return Answer(shown_erasure(erasure_for(self.actor, erasure.id)), 201)


class ErasureView(TenantView):
    needs = {"GET": Permission.SUBJECT_READ}

    @extend_schema(
        operation_id="erasure_requests_read",
        summary="Read a request to be erased",
        tags=["subjects"],
        responses={200: ErasureAnswer, **problems(404)},
    )
    def get(self, request: Request, erasure_id: str) -> Response:
        checked(NoQuery, request.query_params)
        found = erasure_for(self.actor, identifier(erasure_id, noun="erasure request"))
        return Response(shown_erasure(found))


def shown_erasure(erasure: ErasureRequest) -> dict[str, Any]:
    return as_json(
        ErasureAnswer,
        {
            "id": erasure.id,
            "subject": erasure.subject.external_id,
            "status": erasure.status,
            "asked_by": erasure.asked_by,
            "identity_check": erasure.identity_check,
            "received_at": erasure.received_at,
            "due_at": erasure.due_at,
            "taken_in_by": _somebody(erasure, "taken_in"),
            "approved_at": erasure.approved_at,
            "approved_by": _somebody(erasure, "approved"),
            "closed_at": erasure.closed_at,
            "closed_by": _somebody(erasure, "closed"),
            "close_reason": erasure.close_reason or None,
            "erased": erasure.erased or None,
        },
    )


def _somebody(erasure: ErasureRequest, what: str) -> dict[str, Any] | None:
    kind, id_, label = (getattr(erasure, f"{what}_by_{name}") for name in ("kind", "id", "label"))
    return {"kind": kind, "id": id_, "label": label} if id_ else None

"""What the API does about people: the export of one."""

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from console.accounts.permissions import Permission
from console.api.fields import TextField
from console.api.schema import problems
from console.api.serializers import QuerySerializer, checked
from console.api.v1.base import TenantView
from console.api.v1.memory_bodies import MAX_NAME
from memory.actions import export_subject
from memory.erasure.export import export_of
from memory.subjects import subject_named

MAX_REASON = 500


class ExportQuery(QuerySerializer):
    subject = TextField(max_length=MAX_NAME, help_text="The person, by your own identifier.")
    reason = TextField(max_length=MAX_REASON, help_text="Why: it stands in the audit trail.")


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
        document = export_of([subject], self.actor.tenant_id)
        return StreamingHttpResponse(document, content_type="application/json")

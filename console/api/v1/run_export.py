"""A run taken away, in OpenTelemetry's own form."""

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from audit.actions import export_run
from audit.export.otlp import Form, otlp_of
from console.accounts.permissions import Permission
from console.api.fields import OneOfField
from console.api.schema import problems
from console.api.serializers import QuerySerializer, checked
from console.api.v1.base import TenantView, identifier
from memory.access import run_for

MEDIA_TYPES = {Form.JSON: "application/json", Form.LINES: "application/x-ndjson"}


class ExportQuery(QuerySerializer):
    form = OneOfField(
        required=False,
        default=Form.JSON,
        choices=[str(form) for form in Form],
        help_text="`json`: one ExportTraceServiceRequest. `lines`: one on each line, of at most 500"
        " spans, which a receiver takes however long the run is.",
    )


class RunExportView(TenantView):
    """A read that is recorded; its answer comes after the transaction that recorded it."""

    needs = {"GET": Permission.TRACES_READ}

    @extend_schema(
        operation_id="runs_export",
        summary="Export a run as OTLP/JSON",
        description="Every span with what it said, streamed, to be posted to any OTLP receiver. A"
        " span whose content is no longer kept says why in `mnemoscope.content`. An answer that"
        " broke off is no JSON.",
        tags=["runs"],
        parameters=[ExportQuery],
        responses={200: OpenApiResponse(description="The spans."), **problems(404)},
    )
    def get(self, request: Request, run_id: str) -> HttpResponseBase:
        form = Form(checked(ExportQuery, request.query_params)["form"])
        run = run_for(self.actor, identifier(run_id, noun="run"))
        export_run(actor=self.actor, run=run, form=form)
        document = otlp_of(run, self.actor.tenant_id, form)
        return StreamingHttpResponse(document, content_type=MEDIA_TYPES[form])

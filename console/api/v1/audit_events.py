from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.actions import export_events
from audit.event_filter import event_of, find_events
from audit.export.events import MEDIA_TYPES, Form, exported
from audit.models import AuditEvent
from console.accounts.permissions import Permission
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.audit_event_shapes import (
    EventAnswer,
    EventExportQuery,
    EventQuery,
    shown_events,
    wanted_events,
)
from console.api.v1.base import TenantView, identifier


class AuditEventsView(TenantView):
    needs = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="audit_events_list",
        summary="List audit events",
        description="Every change and every refusal, newest first.",
        tags=["audit"],
        parameters=[EventQuery],
        responses={200: page_shape(EventAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(EventQuery, request.query_params)
        events = find_events(wanted_events(asked))
        page = page_of(events, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        return Response({"results": shown_events(page.rows), "next_cursor": page.next_cursor})


class AuditEventView(TenantView):
    needs = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="audit_events_read",
        summary="Read an audit event",
        tags=["audit"],
        responses={200: EventAnswer, **problems(404)},
    )
    def get(self, _request: Request, event_id: str) -> Response:
        [shown] = shown_events([event_of(identifier(event_id, noun="event"))])
        return Response(shown)


class AuditExportView(TenantView):
    """A read that is recorded; its answer comes after the transaction that recorded it."""

    needs = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="audit_events_export",
        summary="Export audit events",
        description="Those that the same filters list, streamed, the newest first, up to now.",
        tags=["audit"],
        parameters=[EventExportQuery],
        responses={200: OpenApiResponse(description="The events."), **problems()},
    )
    def get(self, request: Request) -> HttpResponseBase:
        asked: dict[str, Any] = checked(EventExportQuery, request.query_params)
        form = Form(asked.pop("format"))

        def find() -> QuerySet[AuditEvent]:
            return find_events(wanted_events(asked))

        filters = {name: request.query_params.getlist(name) for name in asked}
        export = export_events(actor=self.actor, form=form, filters=filters, find=find)
        lines = exported(form, find, self.actor.tenant_id, export.id)
        return StreamingHttpResponse(lines, content_type=MEDIA_TYPES[form])

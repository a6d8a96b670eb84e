from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from audit.kinds import KINDS
from audit.models import AuditEvent, Outcome
from console.accounts.permissions import Permission
from console.api.fields import IdentifierField, InstantField, OneOfField
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.answers import Shape, as_json
from console.api.v1.base import TenantView
from console.api.v1.queries import PageQuery

COLUMNS = {
    "kind": "kind",
    "actor": "actor_id",
    "object": "object_id",
    "outcome": "outcome",
    "from": "recorded_at__gte",
    "to": "recorded_at__lt",
}


class EventQuery(PageQuery):
    kind = OneOfField(required=False, choices=sorted(KINDS.items()))
    actor = IdentifierField(required=False, help_text="The id of who acted.")
    object = IdentifierField(required=False, help_text="The id of what was acted on.")
    outcome = OneOfField(required=False, choices=Outcome.choices)
    to = InstantField(required=False, help_text="Recorded before.")

    @override
    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        # `from` is a word of Python's, so it cannot stand above.
        start = InstantField(required=False, help_text="Recorded at or after.")
        return {**super().get_fields(), "from": start}


class EventAnswer(Shape):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    actor = serializers.UUIDField(help_text="Who acted.")
    actor_kind = serializers.CharField()
    actor_label = serializers.CharField()
    api_key_id = serializers.UUIDField(allow_null=True)
    object = serializers.UUIDField(allow_null=True, help_text="What was acted on.")
    object_kind = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    payload = serializers.DictField(help_text="Ids, codes and digests; never a memory's text.")
    request_id = serializers.UUIDField()
    trace_id = serializers.CharField(allow_null=True)
    span_id = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()


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
        wanted = {column: asked[name] for name, column in COLUMNS.items() if name in asked}
        events: QuerySet[AuditEvent] = AuditEvent.objects.filter(**wanted)
        page = page_of(events, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        results = [shown_event(event) for event in page.rows]
        return Response({"results": results, "next_cursor": page.next_cursor})


def shown_event(event: AuditEvent) -> dict[str, Any]:
    return as_json(
        EventAnswer,
        {
            "id": event.id,
            "kind": event.kind,
            "outcome": event.outcome,
            "actor": event.actor_id,
            "actor_kind": event.actor_kind,
            "actor_label": event.actor_label,
            "api_key_id": event.api_key_id,
            "object": event.object_id,
            "object_kind": event.object_kind or None,
            "reason": event.reason or None,
            "note": event.note or None,
            "payload": event.payload,
            "request_id": event.request_id,
            "trace_id": bytes(event.trace_id).hex() if event.trace_id else None,
            "span_id": bytes(event.span_id).hex() if event.span_id else None,
            "at": event.recorded_at,
        },
    )

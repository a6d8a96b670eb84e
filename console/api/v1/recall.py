from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from audit.provenance import MAX_PURPOSE
from console.accounts.permissions import Permission
from console.api.fields import (
    InstantField,
    TextField,
    WholeNumberField,
)
from console.api.schema import problems
from console.api.serializers import StrictSerializer, checked, refuse
from console.api.v1.base import TenantView
from console.api.v1.filtering import FilterField
from console.api.v1.memory_bodies import MAX_NAME, namespace_field
from console.api.v1.queries import NoQuery
from console.api.v1.recall_shapes import RecallAnswer, recalled
from console.platform.clock import now
from memory.actions import recall_memories, recall_snapshot
from memory.retrieval.query import MAX_TOP_K, RecallQuery
from memory.snapshots.access import snapshot_named

MAX_QUERY = 4_000
MAX_TOKEN_BUDGET = 1_000_000
MAX_SNAPSHOT_NAME = 100


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Before calling a customer",
            value={
                "query": "When may we call?",
                "subject": "customer-4711",
                "namespace": ["support"],
                "filters": {
                    "kind": ["preference", "fact"],
                    "or": [
                        {"confidence": {"gte": 0.8}},
                        {"metadata.channel": {"in": ["mail", "phone"]}},
                    ],
                },
                "top_k": 5,
                "purpose": "to schedule a call",
            },
            request_only=True,
        )
    ]
)
class RecallBody(StrictSerializer):
    query = TextField(max_length=MAX_QUERY)
    subject = TextField(required=False, max_length=MAX_NAME)
    namespace = namespace_field(required=False)
    filters = FilterField(required=False)
    top_k = WholeNumberField(required=False, min_value=1, max_value=MAX_TOP_K)
    token_budget = WholeNumberField(
        required=False,
        min_value=1,
        max_value=MAX_TOKEN_BUDGET,
        help_text="How many tokens the texts answered may take, about.",
    )
    as_of = InstantField(required=False, help_text="What would have been recalled at this time?")
    snapshot = TextField(
        required=False,
        max_length=MAX_SNAPSHOT_NAME,
        help_text="Recall from the snapshot of this name, to debug. It counts nowhere.",
    )
    valid_at = InstantField(
        required=False, help_text="What was true in the world at this time? By default `as_of`."
    )
    purpose = TextField(
        required=False,
        allow_blank=True,
        max_length=MAX_PURPOSE,
        help_text="Why it is asked, for those who review.",
    )

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "snapshot" in attrs and "as_of" in attrs:
            raise refuse("as_of", "conflicting_fields", "A snapshot has its own time.")
        return attrs


class RecallView(TenantView):
    """A read, though it is a POST: it needs no Idempotency-Key, and each one is recorded."""

    needs = {"POST": Permission.MEMORY_RECALL}

    @extend_schema(
        operation_id="recall",
        summary="Recall memories",
        description="Those in force that fit the query, best first. Every recall is recorded.",
        tags=["recall"],
        request=RecallBody,
        responses={200: RecallAnswer, **problems(400, 404, 413, 415)},
    )
    def post(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        asked: dict[str, Any] = checked(RecallBody, request.data)
        asked["namespace"] = tuple(asked.get("namespace", ()))
        name = asked.pop("snapshot", None)
        query = RecallQuery(**asked)
        if name is None:
            recall = recall_memories(actor=self.actor, query=query)
        else:
            snapshot = snapshot_named(self.actor, name)
            recall = recall_snapshot(actor=self.actor, snapshot=snapshot, query=query)
        return Response(recalled(recall, at=now()))

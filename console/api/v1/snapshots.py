"""Snapshots over the API: a scope as it was, under a name, for a while."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.accounts.permissions import Permission
from console.api.fields import InstantField, ObjectField, TextField, WholeNumberField
from console.api.idempotency import Answer, once
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import QuerySerializer, StrictSerializer, checked
from console.api.v1.answers import Author, Shape, as_json
from console.api.v1.base import TenantView, identifier
from console.api.v1.filtering import HELP
from console.api.v1.memory_bodies import MAX_METADATA_BYTES, MAX_NAME, namespace_field
from console.api.v1.queries import NoQuery, PageQuery
from console.platform.clock import now
from memory.actions import create_snapshot, delete_snapshot
from memory.actions.snapshot import MAX_LIFETIME
from memory.models import Snapshot, SnapshotItem, State
from memory.snapshots.access import snapshot_for, visible_snapshots
from memory.snapshots.scope import SnapshotScope

TAGS = ["snapshots"]
MAX_SNAPSHOT_NAME = 100
MAX_REASON = 200
USUAL_TTL = int(timedelta(days=7).total_seconds())


class SnapshotBody(StrictSerializer):
    name = TextField(max_length=MAX_SNAPSHOT_NAME, help_text="To recall from it by.")
    subject = TextField(required=False, max_length=MAX_NAME)
    namespace = namespace_field(required=False)
    filters = ObjectField(required=False, max_bytes=MAX_METADATA_BYTES, help_text=HELP)
    as_of = InstantField(required=False, help_text="As it was then; now by default.")
    ttl = WholeNumberField(
        required=False,
        default=USUAL_TTL,
        min_value=1,
        max_value=int(MAX_LIFETIME.total_seconds()),
        help_text="Seconds until it is deleted.",
    )
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class DeleteQuery(QuerySerializer):
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class SnapshotAnswer(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    subject = serializers.CharField(allow_null=True)
    namespace = serializers.ListField(child=serializers.CharField())
    filters = serializers.DictField()
    as_of = serializers.DateTimeField()
    item_count = serializers.IntegerField()
    reason = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    created_by = Author()
    expires_at = serializers.DateTimeField()


class SnapshotItemAnswer(Shape):
    id = serializers.UUIDField(help_text="The memory.")
    version = serializers.IntegerField(help_text="The one in force then.")
    state = serializers.ChoiceField(choices=State.choices, help_text="Then.")


class SnapshotsView(TenantView):
    needs = {"GET": Permission.SNAPSHOT_READ, "POST": Permission.SNAPSHOT_MANAGE}

    @extend_schema(
        operation_id="snapshots_list",
        summary="List snapshots",
        description="Newest first. An expired one is gone.",
        tags=TAGS,
        parameters=[PageQuery],
        responses={200: page_shape(SnapshotAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(PageQuery, request.query_params)
        page = page_of(
            visible_snapshots(self.actor),
            newest_first(),
            cursor=asked.get("cursor"),
            limit=asked["limit"],
        )
        results = [shown_snapshot(snapshot) for snapshot in page.rows]
        return Response({"results": results, "next_cursor": page.next_cursor})

    @extend_schema(
        operation_id="snapshots_create",
        summary="Make a snapshot",
        description="Keeps which versions were in force, read-only; recall from it by its name."
        " It holds no content: what is deleted or erased is gone from it too.",
        tags=TAGS,
        request=SnapshotBody,
        responses={201: SnapshotAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(SnapshotBody, request.data)
        moment = now()
        snapshot = create_snapshot(
            actor=self.actor,
            name=asked["name"],
            scope=SnapshotScope(
                as_of=asked.get("as_of", moment),
                subject=asked.get("subject", ""),
                namespace=tuple(asked.get("namespace", ())),
                filters=asked.get("filters", {}),
            ),
            expires_at=moment + timedelta(seconds=asked["ttl"]),
            reason=asked.get("reason", ""),
        )
        return Answer(shown_snapshot(snapshot_for(self.actor, snapshot.id)), 201)


class SnapshotView(TenantView):
    needs = {"GET": Permission.SNAPSHOT_READ, "DELETE": Permission.SNAPSHOT_MANAGE}

    @extend_schema(
        operation_id="snapshots_read",
        summary="Read a snapshot",
        tags=TAGS,
        responses={200: SnapshotAnswer, **problems(404)},
    )
    def get(self, request: Request, snapshot_id: str) -> Response:
        checked(NoQuery, request.query_params)
        return Response(shown_snapshot(self._snapshot(snapshot_id)))

    @extend_schema(
        operation_id="snapshots_delete",
        summary="Delete a snapshot",
        description="The memories it names stay as they are.",
        tags=TAGS,
        parameters=[DeleteQuery],
        responses={204: OpenApiResponse(description="It is gone."), **problems(404)},
    )
    def delete(self, request: Request, snapshot_id: str) -> Response:
        asked = checked(DeleteQuery, request.query_params)
        snapshot = self._snapshot(snapshot_id)
        delete_snapshot(actor=self.actor, snapshot=snapshot, reason=asked.get("reason", ""))
        return Response(status=204)

    def _snapshot(self, snapshot_id: str) -> Snapshot:
        return snapshot_for(self.actor, identifier(snapshot_id, noun="snapshot"))


class SnapshotItemsView(TenantView):
    needs = {"GET": Permission.SNAPSHOT_READ}

    @extend_schema(
        operation_id="snapshots_items",
        summary="List what a snapshot names",
        description="Memories with the version and state they had; no content.",
        tags=TAGS,
        parameters=[PageQuery],
        responses={200: page_shape(SnapshotItemAnswer), **problems(404)},
    )
    def get(self, request: Request, snapshot_id: str) -> Response:
        asked = checked(PageQuery, request.query_params)
        snapshot = snapshot_for(self.actor, identifier(snapshot_id, noun="snapshot"))
        items = SnapshotItem.objects.filter(snapshot_id=snapshot.id)
        page = page_of(items, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        results = [
            as_json(
                SnapshotItemAnswer,
                {"id": item.memory_id, "version": item.version, "state": item.state},
            )
            for item in page.rows
        ]
        return Response({"results": results, "next_cursor": page.next_cursor})


def shown_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    return as_json(
        SnapshotAnswer,
        {
            "id": snapshot.id,
            "name": snapshot.name,
            "subject": snapshot.subject.external_id if snapshot.subject else None,
            "namespace": snapshot.namespace,
            "filters": snapshot.filters,
            "as_of": snapshot.as_of,
            "item_count": snapshot.item_count,
            "reason": snapshot.reason or None,
            "created_at": snapshot.created_at,
            "created_by": {
                "kind": snapshot.created_by_kind,
                "id": snapshot.created_by_id,
                "label": snapshot.created_by_label,
            },
            "expires_at": snapshot.expires_at,
        },
    )

"""Reading stored spans anew, over the API: what would change, a replay, and how far it came."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.actions import begin_replay, stop_replay
from audit.actions.replay_traces import MOST_PREVIEWED, preview_replay
from audit.models import TraceReplay
from audit.rules.retention import YEARS
from console.accounts.permissions import Permission
from console.api.fields import QueryNumberField, TextField, WholeNumberField
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import QuerySerializer, StrictSerializer, checked
from console.api.v1.answers import Author, Shape, as_json
from console.api.v1.base import TenantView, identifier
from console.api.v1.numbers import MAX_REASON
from console.api.v1.queries import NoQuery
from console.platform.errors import NotFoundError

TAGS = ["settings"]
MOST_LISTED = 50


class TraceReplayBody(StrictSerializer):
    days = WholeNumberField(
        required=False, min_value=1, max_value=YEARS, help_text="Back; all that is stored if none."
    )
    reason = TextField(required=False, allow_blank=True, max_length=MAX_REASON)


class TraceReplayPreviewQuery(QuerySerializer):
    newest = QueryNumberField(
        required=False,
        default=500,
        min_value=1,
        max_value=MOST_PREVIEWED,
        help_text="How many of the newest spans to look at.",
    )


class TraceReplayAnswer(Shape):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=["going_on", "done", "stopped"])
    since = serializers.DateTimeField(help_text="It goes back to spans of then.")
    before = serializers.DateTimeField(help_text="It stands at what came before this.")
    total = serializers.IntegerField(help_text="An estimate.")
    looked_at = serializers.IntegerField()
    changed = serializers.IntegerField()
    without_content = serializers.IntegerField(
        help_text="Only their cost was reckoned anew: what they said is kept no more."
    )
    begun_at = serializers.DateTimeField()
    begun_by = Author()
    ended_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class TraceReplaysAnswer(Shape):
    results = TraceReplayAnswer(many=True)


class TraceReplayPreviewAnswer(Shape):
    looked_at = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="Would be read otherwise than they are stored.")
    without_content = serializers.IntegerField()


class TraceReplaysView(TenantView):
    needs = {"GET": Permission.SETTINGS_READ, "POST": Permission.SETTINGS_MANAGE}

    @extend_schema(
        operation_id="trace_replays_list",
        summary="The latest replays",
        tags=TAGS,
        responses={200: TraceReplaysAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        newest = TraceReplay.objects.order_by("-id")[:MOST_LISTED]
        return Response({"results": [_shown(replay) for replay in newest]})

    @extend_schema(
        operation_id="trace_replays_begin",
        summary="Read stored spans anew",
        description="By the rules and prices of now, the newest first, in the background. What"
        " reads the same is not touched. One at a time; see GET /trace-replays/preview first.",
        tags=TAGS,
        request=TraceReplayBody,
        responses={202: TraceReplayAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(TraceReplayBody, request.data)
        return Answer(_shown(begin_replay(actor=self.actor, **asked)), 202)


class TraceReplayPreviewView(TenantView):
    needs = {"GET": Permission.SETTINGS_READ}

    @extend_schema(
        operation_id="trace_replays_preview",
        summary="How many of the newest spans a replay would change",
        description="Changes nothing.",
        tags=TAGS,
        parameters=[TraceReplayPreviewQuery],
        responses={200: TraceReplayPreviewAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(TraceReplayPreviewQuery, request.query_params)
        found = preview_replay(actor=self.actor, newest=asked["newest"])
        counts = ("looked_at", "changed", "without_content")
        return Response({name: getattr(found, name) for name in counts})


class TraceReplayView(TenantView):
    needs = {"GET": Permission.SETTINGS_READ}

    @extend_schema(
        operation_id="trace_replays_read",
        summary="How far a replay came",
        tags=TAGS,
        responses={200: TraceReplayAnswer, **problems(404)},
    )
    def get(self, request: Request, replay_id: str) -> Response:
        checked(NoQuery, request.query_params)
        return Response(_shown(_replay_of(replay_id)))


class TraceReplayStopView(TenantView):
    needs = {"POST": Permission.SETTINGS_MANAGE}

    @extend_schema(
        operation_id="trace_replays_stop",
        summary="Stop a replay",
        description="What it has changed stays so; another goes on from anywhere.",
        tags=TAGS,
        request=None,
        responses={200: TraceReplayAnswer, **problems(404, 409)},
    )
    @once
    def post(self, request: Request, replay_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        return Answer(_shown(stop_replay(actor=self.actor, replay=_replay_of(replay_id))))


def _replay_of(text: str) -> TraceReplay:
    replay = TraceReplay.objects.filter(id=identifier(text, noun="replay")).first()
    if replay is None:
        raise NotFoundError(text, noun="replay")
    return replay


def _shown(replay: TraceReplay) -> dict[str, Any]:
    state = "going_on" if replay.ended_at is None else "stopped" if replay.stopped else "done"
    counts = ("id", "since", "before", "total", "looked_at", "changed", "without_content")
    return as_json(
        TraceReplayAnswer,
        {name: getattr(replay, name) for name in counts}
        | {
            "state": state,
            "begun_at": replay.set_at,
            "begun_by": {
                "kind": replay.set_by_kind,
                "id": replay.set_by_id,
                "label": replay.set_by_label,
            },
            "ended_at": replay.ended_at,
            "reason": replay.reason or None,
        },
    )

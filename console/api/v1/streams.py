"""Streams of the audit log over the API, and what is anchored."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from audit.actions import (
    IssuedStream,
    StreamAsked,
    create_stream,
    delete_stream,
    edit_stream,
    pause_stream,
    renew_stream_secret,
    resume_stream,
    send_stream_test,
)
from audit.actions.create_stream import MOST_STREAMS
from audit.actions.manage_streams import EDITABLE
from audit.models import Anchor, AuditStream
from audit.models.stream import Sends, StreamFormat, StreamKind
from audit.streams.access import stream_for, visible_streams
from audit.streams.standing import rows_of
from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.queries import NoQuery
from console.api.v1.stream_shapes import (
    AnchoredAnswer,
    AnchorQuery,
    StreamAnswer,
    StreamBody,
    StreamChangeBody,
    StreamsAnswer,
    StreamWithSecret,
    shown_anchor,
    shown_stream,
)
from console.api.v1.webhook_shapes import NothingBody

TAGS = ["audit"]
READ, MANAGE = Permission.AUDIT_READ, Permission.SETTINGS_MANAGE


class SecretOnce(TenantView):
    """Tells the secret to whoever asked first: what is kept for a repetition holds none."""

    _secret: str | None = None

    def issued(self, issued: IssuedStream) -> Answer:
        self._secret = issued.secret or None
        [row] = rows_of([issued.stream])
        return Answer(shown_stream(row), 201)

    @override
    def respond(self, answer: Answer) -> Response:
        return super().respond(Answer({**answer.body, "secret": self._secret}, answer.status))


class StreamsView(SecretOnce):
    needs = {"GET": READ, "POST": MANAGE}

    @extend_schema(
        operation_id="audit_streams_list",
        summary="List audit streams",
        description=f"All of them: there are at most {MOST_STREAMS}.",
        tags=TAGS,
        responses={200: StreamsAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        streams = list(visible_streams(self.actor).order_by("id")[:MOST_STREAMS])
        return Response({"results": [shown_stream(row) for row in rows_of(streams)]})

    @extend_schema(
        operation_id="audit_streams_create",
        summary="Add an audit stream",
        description="Sends the audit log to a SIEM, or its checkpoints to whoever keeps them.",
        tags=TAGS,
        request=StreamBody,
        responses={201: StreamWithSecret, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(StreamBody, request.data)
        wanted = StreamAsked(
            name=asked["name"],
            kind=StreamKind(asked["kind"]),
            sends=Sends(asked["sends"]),
            address=asked["address"],
            format=StreamFormat(asked["format"]),
            with_words=asked["with_words"],
            certificates=asked["certificates"],
        )
        from_beginning = asked["begins"] == "beginning"
        return self.issued(
            create_stream(actor=self.actor, asked=wanted, from_beginning=from_beginning)
        )


class StreamView(TenantView):
    needs = {"GET": READ, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(
        operation_id="audit_streams_read",
        summary="Read an audit stream",
        tags=TAGS,
        responses={200: StreamAnswer, **problems(404)},
    )
    def get(self, request: Request, stream_id: str) -> Response:
        checked(NoQuery, request.query_params)
        return self._shown(_found(self, stream_id, need=READ))

    @extend_schema(
        operation_id="audit_streams_change",
        summary="Change an audit stream, pause or resume it",
        description="It goes on from where it stood.",
        tags=TAGS,
        request=StreamChangeBody,
        responses={200: StreamAnswer, **problems(400, 404, 409, 413, 415)},
    )
    def patch(self, request: Request, stream_id: str) -> Response:
        checked(NoQuery, request.query_params)
        asked = checked(StreamChangeBody, request.data)
        stream = _found(self, stream_id)
        if set(asked) - {"paused"}:
            kept = {name: asked.get(name, getattr(stream, name)) for name in EDITABLE}
            kept["format"] = StreamFormat(kept["format"])
            wanted = StreamAsked(kind=StreamKind(stream.kind), sends=Sends(stream.sends), **kept)
            stream = edit_stream(actor=self.actor, stream=stream, asked=wanted)
        if "paused" in asked:
            verb = pause_stream if asked["paused"] else resume_stream
            stream = verb(actor=self.actor, stream=stream)
        return self._shown(stream)

    @extend_schema(
        operation_id="audit_streams_delete",
        summary="Delete an audit stream",
        description="With its secret and its place in the log; what it anchored stays on record.",
        tags=TAGS,
        responses={204: OpenApiResponse(description="It is gone."), **problems(404)},
    )
    def delete(self, request: Request, stream_id: str) -> Response:
        checked(NoQuery, request.query_params)
        delete_stream(actor=self.actor, stream=_found(self, stream_id))
        return Response(status=204)

    def _shown(self, stream: AuditStream) -> Response:
        [row] = rows_of([stream])
        return Response(shown_stream(row))


class StreamSecretView(SecretOnce):
    needs = {"POST": MANAGE}

    @extend_schema(
        operation_id="audit_streams_renew_secret",
        summary="Make a new secret",
        description="The one before counts no more.",
        tags=TAGS,
        request=NothingBody,
        responses={201: StreamWithSecret, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, stream_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        checked(NothingBody, request.data)
        return self.issued(renew_stream_secret(actor=self.actor, stream=_found(self, stream_id)))


class StreamTestView(TenantView):
    needs = {"POST": MANAGE}

    @extend_schema(
        operation_id="audit_streams_test",
        summary="Send a test",
        description="It goes out before all else; read the stream again for what came of it.",
        tags=TAGS,
        request=NothingBody,
        responses={202: StreamAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, stream_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        checked(NothingBody, request.data)
        stream = send_stream_test(actor=self.actor, stream=_found(self, stream_id))
        [row] = rows_of([stream])
        return Answer(shown_stream(row), 202)


class AnchorsView(TenantView):
    needs = {"GET": READ}

    @extend_schema(
        operation_id="audit_anchors_list",
        summary="List what is anchored",
        description="Each checkpoint that somebody outside the database has taken, newest first.",
        tags=TAGS,
        parameters=[AnchorQuery],
        responses={200: page_shape(AnchoredAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(AnchorQuery, request.query_params)
        anchors = Anchor.objects.all()
        if "checkpoint" in asked:
            anchors = anchors.filter(checkpoint=asked["checkpoint"])
        page = page_of(anchors, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        results = [shown_anchor(anchor) for anchor in page.rows]
        return Response({"results": results, "next_cursor": page.next_cursor})


def _found(view: TenantView, stream_id: str, *, need: Permission = MANAGE) -> AuditStream:
    return stream_for(view.actor, identifier(stream_id, noun="stream"), need=need)

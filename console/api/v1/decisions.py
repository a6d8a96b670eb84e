"""The long poll: an agent asks what became of what it wrote, and waits a while for the answer.

While it waits nothing is held but a thread: each look is a request of its own, authenticated anew,
in a transaction of its own, and the connection goes back to the pool in between. Threads are few,
so places to wait are fewer: without one the answer comes at once and says when to ask again.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Lock
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from console.accounts.permissions import Permission
from console.api.fields import IdentifierField, QueryNumberField, TextField
from console.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from console.api.schema import problems
from console.api.serializers import QuerySerializer, checked
from console.api.v1.answers import Shape, as_json
from console.api.v1.base import TenantView
from console.platform.errors import InvalidInputError
from console.webhooks.feed import START, TOLD, Position, decisions_for
from console.webhooks.models import OutgoingEvent

MAX_WAIT = 30
LOOK_EVERY = 1.0
# Of the four threads of a process (`console.runtime.instance`) half stay for everybody else.
PLACES = 2
ASK_AGAIN_AFTER = 5
LAYOUT = ">q16s"


class DecisionQuery(QuerySerializer):
    after = TextField(
        required=False,
        max_length=100,
        help_text="next_after of the answer before. Without it, from the oldest that is kept.",
    )
    memory = IdentifierField(required=False, help_text="Of this memory only.")
    wait = QueryNumberField(
        required=False,
        default=0,
        min_value=0,
        max_value=MAX_WAIT,
        help_text="Seconds to wait for one, while there is none.",
    )
    limit = QueryNumberField(
        required=False, default=DEFAULT_LIMIT, min_value=1, max_value=MAX_LIMIT
    )


class ToldAnswer(Shape):
    id = serializers.CharField(help_text="The webhook-id of the same message.")
    type = serializers.CharField(help_text=f"{TOLD[0]} or {TOLD[1]}.")
    timestamp = serializers.DateTimeField()
    data = serializers.DictField(  # type: ignore[assignment]
        help_text="Ids, codes and states, as a webhook is sent them."
    )


class ToldAnswers(Shape):
    results = ToldAnswer(many=True, help_text="In the order they took effect.")
    next_after = serializers.CharField(
        allow_null=True, help_text="Send it as `after` next time, also where nothing was answered."
    )
    retry_after = serializers.IntegerField(
        allow_null=True,
        help_text="Seconds. Given where too many wait already and this answer did not.",
    )


class Places:
    """Who waits in this process: a few, and no key twice."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: set[UUID] = set()
        self._lock = Lock()

    @contextmanager
    def taken_by(self, key_id: UUID) -> Iterator[bool]:
        """Whether there was one to take."""
        with self._lock:
            is_free = len(self._taken) < self._most and key_id not in self._taken
            if is_free:
                self._taken.add(key_id)
        try:
            yield is_free
        finally:
            if is_free:
                with self._lock:
                    self._taken.discard(key_id)


places = Places(PLACES)


class DecisionsView(TenantView):
    needs = {"GET": Permission.MEMORY_WRITE}

    wait = 0

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        started = monotonic()
        response = super().dispatch(request, *args, **kwargs)
        if not _is_empty(response) or not self.wait or self.actor.api_key_id is None:
            return response
        with places.taken_by(self.actor.api_key_id) as is_mine:
            if not is_mine:
                return _told_to_come_again(response)
            while _is_empty(response) and monotonic() - started < self.wait:
                connection.close()
                sleep(LOOK_EVERY)
                response = super().dispatch(request, *args, **kwargs)
        return response

    @extend_schema(
        operation_id="decisions_list",
        summary="What became of what this key's agent wrote",
        description="Decisions of reviewers, and changes of state by others than the agent, for"
        " 30 days. With `wait` the answer is held back until there is one. Of a personal key:"
        " about what was written with this very key.",
        tags=["decisions"],
        parameters=[DecisionQuery],
        responses={200: ToldAnswers, **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(DecisionQuery, request.query_params)
        self.wait = asked["wait"]
        after = _position(asked["after"]) if "after" in asked else START
        found = decisions_for(self.actor, after=after, memory_id=asked.get("memory"))
        events = list(found[: asked["limit"]])
        reached = (events[-1].xid, events[-1].id) if events else after
        answer = {
            "results": [_shown(event) for event in events],
            "next_after": None if reached == START else _text(reached),
            "retry_after": None,
        }
        return Response(as_json(ToldAnswers, answer))


def _shown(event: OutgoingEvent) -> dict[str, Any]:
    return {
        "id": event.message_id,
        "type": event.kind,
        "timestamp": event.at,
        "data": event.data,
    }


def _is_empty(response: HttpResponseBase) -> bool:
    if not isinstance(response, Response) or response.status_code != HTTPStatus.OK:
        return False
    return not response.data["results"]


def _told_to_come_again(response: HttpResponseBase) -> HttpResponseBase:
    if isinstance(response, Response):
        response.data["retry_after"] = ASK_AGAIN_AFTER
    response["Retry-After"] = str(ASK_AGAIN_AFTER)
    return response


def _text(position: Position) -> str:
    xid, event_id = position
    return urlsafe_b64encode(struct.pack(LAYOUT, xid, event_id.bytes)).decode().rstrip("=")


def _position(text: str) -> Position:
    try:
        xid, event_id = struct.unpack(LAYOUT, urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, struct.error) as error:
        raise _bad_position() from error
    position = (int(xid), UUID(bytes=event_id))
    # base64 has many spellings of the same bytes: take only our own.
    if _text(position) != text or position <= START:
        raise _bad_position()
    return position


def _bad_position() -> InvalidInputError:
    return InvalidInputError.on(
        "after", "bad_cursor", "Send next_after as it was answered, or nothing."
    )

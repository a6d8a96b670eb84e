"""Legal holds over the API."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from audit.models import Run
from console.accounts.models import Agent
from console.accounts.permissions import Permission
from console.api.fields import (
    IdentifierField,
    InstantField,
    OneOfField,
    TextField,
    WholeNumberField,
)
from console.api.idempotency import Answer, once
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import QuerySerializer, StrictSerializer, checked, refuse
from console.api.v1.answers import Author, Shape, as_json
from console.api.v1.base import TenantView, identifier
from console.api.v1.memory_bodies import MAX_NAME
from console.api.v1.queries import NoQuery, PageQuery
from console.platform.errors import NotFoundError
from memory.access import hold_for, memory_for, visible_holds
from memory.actions import place_hold, release_hold
from memory.models import HoldScope, LegalHold

TAGS = ["holds"]
MAX_GROUND = 500
STANDING, RELEASED = "standing", "released"
SCOPES = {"memory", "subject", "run", "agent", "since"}


class HoldQuery(PageQuery):
    status = OneOfField(required=False, choices=[STANDING, RELEASED], default=STANDING)
    memory = IdentifierField(required=False, help_text="Placed on this memory itself.")
    subject = TextField(required=False, max_length=MAX_NAME)


class HoldBody(StrictSerializer):
    """One of `memory`, `subject`, `run`, `agent` and `since`."""

    memory = IdentifierField(required=False, help_text="The one memory to hold.")
    subject = TextField(
        required=False,
        max_length=MAX_NAME,
        help_text="The person: all about them, what is to come included.",
    )
    run = IdentifierField(required=False, help_text="The one run to hold.")
    agent = IdentifierField(required=False, help_text="The agent: all it wrote and its runs.")
    since = InstantField(required=False, help_text="What was recorded from then on.")
    until = InstantField(required=False, help_text="Before then; left out, the period goes on.")
    ground = TextField(max_length=MAX_GROUND, help_text="Why: the case, the letter, the law.")
    review_at = InstantField(
        required=False, help_text="When to ask whether it is still needed. It never ends by itself."
    )
    release_people = WholeNumberField(
        required=False, min_value=1, max_value=2, help_text="With 2 one asks, another releases."
    )

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(SCOPES & attrs.keys()) != 1:
            detail = "Name one: a memory, a subject, a run, an agent, or since when."
            raise refuse("memory", "one_scope", detail)
        return attrs


class ReleaseQuery(QuerySerializer):
    reason = TextField(max_length=MAX_GROUND, help_text="Why it is no longer needed.")


class HoldAnswer(Shape):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=[STANDING, RELEASED])
    scope = serializers.ChoiceField(choices=HoldScope.choices)
    memory = serializers.UUIDField(allow_null=True)
    subject = serializers.CharField(allow_null=True)
    run = serializers.UUIDField(allow_null=True)
    agent = serializers.UUIDField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    ground = serializers.CharField()
    review_at = serializers.DateTimeField(allow_null=True)
    release_people = serializers.IntegerField()
    release_asked_at = serializers.DateTimeField(allow_null=True)
    placed_at = serializers.DateTimeField()
    placed_by = Author()
    released_at = serializers.DateTimeField(allow_null=True)
    released_by = Author(allow_null=True)
    release_reason = serializers.CharField(allow_null=True)


class HoldsView(TenantView):
    needs = {"GET": Permission.AUDIT_READ, "POST": Permission.HOLD_MANAGE}

    @extend_schema(
        operation_id="holds_list",
        summary="List legal holds",
        description="Those that stand, unless `status` asks for the released. Newest first.",
        tags=TAGS,
        parameters=[HoldQuery],
        responses={200: page_shape(HoldAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(HoldQuery, request.query_params)
        holds = visible_holds(self.actor).filter(released_at__isnull=asked["status"] == STANDING)
        if "memory" in asked:
            holds = holds.filter(memory_id=asked["memory"])
        if "subject" in asked:
            holds = holds.filter(subject__external_id=asked["subject"])
        page = page_of(holds, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        results = [shown_hold(hold) for hold in page.rows]
        return Response({"results": results, "next_cursor": page.next_cursor})

    @extend_schema(
        operation_id="holds_place",
        summary="Place a legal hold",
        description="From now on nothing of it ends or is removed, by anybody: such a request is"
        " answered 423. Past its expiry a held memory is recalled no more, and is kept.",
        tags=TAGS,
        request=HoldBody,
        responses={201: HoldAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(HoldBody, request.data)
        found = {
            "memory": memory_for(self.actor, asked["memory"]) if "memory" in asked else None,
            "run": _found(Run, asked, "run"),
            "agent": _found(Agent, asked, "agent"),
        }
        hold = place_hold(actor=self.actor, **(asked | found))
        return Answer(shown_hold(hold_for(self.actor, hold.id)), 201)


def _found(model: type[Run | Agent], asked: dict[str, Any], name: str) -> Any:
    if name not in asked:
        return None
    found = model.objects.filter(id=asked[name]).first()
    if found is None:
        raise NotFoundError(asked[name], noun=name)
    return found


class HoldView(TenantView):
    needs = {"GET": Permission.AUDIT_READ, "DELETE": Permission.HOLD_MANAGE}

    @extend_schema(
        operation_id="holds_read",
        summary="Read a legal hold",
        tags=TAGS,
        responses={200: HoldAnswer, **problems(404)},
    )
    def get(self, request: Request, hold_id: str) -> Response:
        checked(NoQuery, request.query_params)
        return Response(shown_hold(hold_for(self.actor, identifier(hold_id, noun="hold"))))

    @extend_schema(
        operation_id="holds_release",
        summary="Release a legal hold",
        description="It stays on record, with who released it and why. Of one that takes two people"
        " the first call asks for it, and another person's gives it.",
        tags=TAGS,
        parameters=[ReleaseQuery],
        responses={204: OpenApiResponse(description="It is released."), **problems(404, 409)},
    )
    def delete(self, request: Request, hold_id: str) -> Response:
        asked = checked(ReleaseQuery, request.query_params)
        hold = hold_for(self.actor, identifier(hold_id, noun="hold"), need=Permission.HOLD_MANAGE)
        release_hold(actor=self.actor, hold=hold, reason=asked["reason"])
        return Response(status=204)


def shown_hold(hold: LegalHold) -> dict[str, Any]:
    placed_by = {
        "kind": hold.placed_by_kind,
        "id": hold.placed_by_id,
        "label": hold.placed_by_label,
    }
    released_by = {
        "kind": hold.released_by_kind,
        "id": hold.released_by_id,
        "label": hold.released_by_label,
    }
    return as_json(
        HoldAnswer,
        {
            "id": hold.id,
            "status": STANDING if hold.stands else RELEASED,
            "scope": hold.scope,
            "memory": hold.memory_id,
            "subject": hold.subject.external_id if hold.subject else None,
            "run": hold.run_id,
            "agent": hold.agent_id,
            "since": hold.since,
            "until": hold.until,
            "release_people": hold.release_people,
            "release_asked_at": hold.release_asked_at,
            "ground": hold.ground,
            "review_at": hold.review_at,
            "placed_at": hold.placed_at,
            "placed_by": placed_by,
            "released_at": hold.released_at,
            "released_by": None if hold.stands else released_by,
            "release_reason": hold.release_reason or None,
        },
    )

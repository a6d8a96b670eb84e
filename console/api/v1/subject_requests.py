"""Requests of people about what is held about them: taken in, and followed."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.accounts.permissions import Permission
from console.api.fields import InstantField, OneOfField, TextField
from console.api.idempotency import Answer, once
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import StrictSerializer, checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.memory_bodies import MAX_NAME
from console.api.v1.queries import NoQuery, PageQuery
from console.api.v1.subject_request_shapes import SubjectRequestAnswer, shown_request
from console.keys.subjects import known_subjects
from console.platform.errors import NotFoundError
from memory.desk import receive_request
from memory.desk.intake import MOST_NAMES
from memory.desk.reading import request_for, visible_requests
from memory.models import CameBy, Law, RequestKind, RequestStatus

REQUEST_PAGE = page_shape(SubjectRequestAnswer)


class StatusQuery(PageQuery):
    status = OneOfField(required=False, choices=RequestStatus.choices)


class RequestQuery(StatusQuery):
    kind = OneOfField(required=False, choices=RequestKind.choices)


class ErasureBody(StrictSerializer):
    subject = TextField(max_length=MAX_NAME, help_text="The person, by your own identifier.")
    also_named = serializers.ListField(
        child=TextField(max_length=MAX_NAME),
        required=False,
        max_length=MOST_NAMES,
        help_text="Other identifiers and names of the same person.",
    )
    asked_by = TextField(max_length=200, help_text="Who asked, and how.")
    contact = TextField(required=False, max_length=254, help_text="Where they are answered.")
    wish = TextField(required=False, max_length=2000, help_text="What they asked, in their words.")
    identity_check = TextField(
        required=False,
        max_length=500,
        help_text="How you know it is them; without it that is found out next.",
    )
    law = OneOfField(required=False, choices=Law.choices, help_text="By default the desk's.")
    received_at = InstantField(required=False, help_text="By default now.")
    due_at = InstantField(required=False, help_text="By default as the law says.")


class RequestBody(ErasureBody):
    kind = OneOfField(choices=RequestKind.choices)
    lifts = serializers.BooleanField(default=False, help_text="Of a restriction: asks that it end.")


class _Requests(TenantView):
    needs = {"GET": Permission.SUBJECT_READ, "POST": Permission.ERASURE_MANAGE}

    def _listed(self, asked: dict[str, Any], **only: str) -> Response:
        requests = visible_requests(self.actor).filter(**only)
        requests = requests.filter(**{n: asked[n] for n in ("status", "kind") if n in asked})
        page = page_of(requests, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        results = [shown_request(one) for one in page.rows]
        return Response({"results": results, "next_cursor": page.next_cursor})

    def _received(self, asked: dict[str, Any]) -> Answer:
        named = asked.pop("subject")
        known = known_subjects([named, *asked.get("also_named", ())])
        subject = known.pop(named, None)
        request = receive_request(
            actor=self.actor,
            subject=subject,
            aliases=list(known.values()) if subject else (),
            named=named,
            came_by=CameBy.API,
            **asked,
        )
        return Answer(shown_request(request_for(self.actor, request.id)), 201)


class ErasuresView(_Requests):
    @extend_schema(
        operation_id="erasure_requests_list",
        summary="List requests to be erased",
        description="Newest first.",
        tags=["subjects"],
        parameters=[StatusQuery],
        responses={200: REQUEST_PAGE, **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(StatusQuery, request.query_params)
        return self._listed(asked, kind=RequestKind.ERASURE)

    @extend_schema(
        operation_id="erasure_requests_receive",
        summary="Take in a request to be erased",
        description="Nothing is erased by that: another person approves it, it cools off, and then"
        " it is carried out. One that repeats an open one is kept as its duplicate.",
        tags=["subjects"],
        request=ErasureBody,
        responses={201: SubjectRequestAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        return self._received(checked(ErasureBody, request.data) | {"kind": RequestKind.ERASURE})


class SubjectRequestsView(_Requests):
    @extend_schema(
        operation_id="subject_requests_list",
        summary="List requests of people",
        description="Newest first.",
        tags=["subjects"],
        parameters=[RequestQuery],
        responses={200: REQUEST_PAGE, **problems()},
    )
    def get(self, request: Request) -> Response:
        return self._listed(checked(RequestQuery, request.query_params))

    @extend_schema(
        operation_id="subject_requests_receive",
        summary="Take in a request of a person",
        description="To be erased, to know what is held, to have it corrected, or kept unused."
        " One that repeats an open one is kept as its duplicate.",
        tags=["subjects"],
        request=RequestBody,
        responses={201: SubjectRequestAnswer, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        return self._received(checked(RequestBody, request.data))


class ErasureView(TenantView):
    needs = {"GET": Permission.SUBJECT_READ}

    @extend_schema(
        operation_id="erasure_requests_read",
        summary="Read a request to be erased",
        tags=["subjects"],
        responses={200: SubjectRequestAnswer, **problems(404)},
    )
    def get(self, request: Request, erasure_id: str) -> Response:
        checked(NoQuery, request.query_params)
        found = request_for(self.actor, identifier(erasure_id, noun="request"))
        if found.kind != RequestKind.ERASURE:
            raise NotFoundError(erasure_id, noun="request")
        return Response(shown_request(found))


class SubjectRequestView(TenantView):
    needs = {"GET": Permission.SUBJECT_READ}

    @extend_schema(
        operation_id="subject_requests_read",
        summary="Read a request of a person",
        tags=["subjects"],
        responses={200: SubjectRequestAnswer, **problems(404)},
    )
    def get(self, request: Request, request_id: str) -> Response:
        checked(NoQuery, request.query_params)
        found = request_for(self.actor, identifier(request_id, noun="request"))
        return Response(shown_request(found))

"""What can be done to a request over the API: one verb of the table at a time."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.api.fields import OneOfField, TextField
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import StrictSerializer, checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.memory_bodies import MAX_NAME
from console.api.v1.queries import NoQuery
from console.api.v1.subject_request_shapes import SubjectRequestAnswer, shown_request
from console.keys.subjects import known_subjects
from console.platform.errors import InvalidInputError, NotFoundError, WrongStateError
from memory.desk import (
    acknowledge_request,
    approve_request,
    ask_identity,
    complete_rectification,
    confirm_identity,
    enter_code,
    extend_request,
    mark_duplicate,
    name_person,
    refuse_request,
    stop_request,
    withdraw_request,
)
from memory.desk.intake import MOST_NAMES
from memory.desk.letters import can_mail, tell_on_commit
from memory.desk.reading import request_for, visible_requests
from memory.models import Ground, SubjectRequest

Said = dict[str, Any]
Do = Callable[[Actor, SubjectRequest, Said], SubjectRequest]


def _need(said: Said, name: str) -> Any:
    if name not in said:
        raise InvalidInputError.on(name, "required", f"This verb needs {name}.")
    return said[name]


def _name(actor: Actor, request: SubjectRequest, said: Said) -> SubjectRequest:
    named = [_need(said, "subject"), *said.get("aliases", ())]
    known = known_subjects(named)
    if unknown := sorted(set(named) - known.keys()):
        problem = f"Nothing is held about {', '.join(unknown)}."
        raise InvalidInputError.on("subject", "unknown_subject", problem)
    subject = known.pop(said["subject"])
    return name_person(actor=actor, request=request, subject=subject, aliases=list(known.values()))


def _mail_code(actor: Actor, request: SubjectRequest, said: Said) -> SubjectRequest:  # noqa: ARG001 - as any
    """The API never says a code: whoever asked for one would have had it in their hands."""
    if not can_mail():
        raise WrongStateError("There is no mail server. Make the code in the console.")
    issued = ask_identity(actor=actor, request=request, by_mail=True)
    tell_on_commit(issued.request, "code", said=issued.text)
    return issued.request


def _duplicate(actor: Actor, request: SubjectRequest, said: Said) -> SubjectRequest:
    reference = _need(said, "duplicate_of")
    other = visible_requests(actor).filter(reference__iexact=reference).first()
    if other is None:
        raise NotFoundError(reference, noun="request")
    return mark_duplicate(actor=actor, request=request, of=other)


VERBS: dict[str, Do] = {
    "name": _name,
    "ask_identity": _mail_code,
    "confirm_identity": lambda actor, request, said: confirm_identity(
        actor=actor, request=request, how=_need(said, "identity_check")
    ),
    "enter_code": lambda actor, request, said: enter_code(
        actor=actor, request=request, code=_need(said, "code")
    ),
    "acknowledge": lambda actor, request, said: acknowledge_request(
        actor=actor, request=request, reason=said.get("how", "api")
    ),
    "extend": lambda actor, request, said: extend_request(
        actor=actor, request=request, comment=_need(said, "reason")
    ),
    "approve": lambda actor, request, said: approve_request(  # noqa: ARG005 - as any
        actor=actor, request=request
    ),
    "stop": lambda actor, request, said: stop_request(
        actor=actor, request=request, comment=_need(said, "reason")
    ),
    "refuse": lambda actor, request, said: refuse_request(
        actor=actor,
        request=request,
        comment=_need(said, "reason"),
        ground=_need(said, "ground"),
    ),
    "withdraw": lambda actor, request, said: withdraw_request(
        actor=actor, request=request, comment=_need(said, "reason")
    ),
    "mark_duplicate": _duplicate,
    "complete": lambda actor, request, said: complete_rectification(
        actor=actor, request=request, comment=said.get("reason", "")
    ),
}


class MoveBody(StrictSerializer):
    """What a verb needs beside itself is told where it is missing."""

    verb = OneOfField(choices=[(verb, verb) for verb in VERBS])
    reason = TextField(required=False, max_length=500)
    ground = OneOfField(required=False, choices=Ground.choices, help_text="Of a refusal.")
    identity_check = TextField(
        required=False, max_length=500, help_text="How you know that it is them."
    )
    code = TextField(required=False, max_length=20, help_text="The code they told you.")
    how = TextField(required=False, max_length=60, help_text="How they were told that it came.")
    subject = TextField(required=False, max_length=MAX_NAME, help_text="Whom it is about.")
    aliases = serializers.ListField(
        child=TextField(max_length=MAX_NAME), required=False, max_length=MOST_NAMES
    )
    duplicate_of = TextField(required=False, max_length=20, help_text="The other's reference.")


class SubjectRequestMoveView(TenantView):
    needs = {"POST": Permission.ERASURE_MANAGE}

    @extend_schema(
        operation_id="subject_requests_move",
        summary="Do the next step of a request",
        description="By a verb of the table in docs/subject-requests.md. Nobody approves what has"
        " passed through their own hands (403 `own_proposal`). A wrong code leaves the request"
        " awaiting identity.",
        tags=["subjects"],
        request=MoveBody,
        responses={200: SubjectRequestAnswer, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, request_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        said = checked(MoveBody, request.data)
        found = request_for(self.actor, identifier(request_id, noun="request"))
        moved = VERBS[said.pop("verb")](self.actor, found, said)
        return Answer(shown_request(request_for(self.actor, moved.id)), 200)

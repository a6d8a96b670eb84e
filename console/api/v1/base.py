from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn, cast
from uuid import UUID

from django.db.utils import Error as DatabaseFailure
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from audit.trail import record_refusal
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.api.authentication import bearer_key
from console.api.errors import LengthRequiredError, MethodNotAllowedError
from console.api.fields import parse_uuid
from console.api.idempotency import Answer
from console.api.negotiation import AlwaysJSON
from console.api.problems import problem_response, translate
from console.platform.crypto.envelope import SealBrokenError
from console.platform.errors import DomainError, NotFoundError
from console.tenancy.scope import tenant_scope

MAX_SHOWN_METHOD = 10
BODY_METHODS = frozenset({"POST", "PATCH"})


class TenantView(APIView):
    """One request of a key, whole in its tenant and in one transaction.

    Any refusal rolls everything back and, when it is known who was refused, is then recorded by
    itself. `needs` names per method the permission for the kind of action: its lack is told
    before any object is looked at, so that the answer says nothing about objects.
    """

    needs: ClassVar[Mapping[str, Permission]] = {}
    http_method_names = ["get", "head", "post", "patch", "delete"]
    content_negotiation_class = AlwaysJSON

    actor: Actor

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            key = bearer_key(request)
            with tenant_scope(key.tenant_id):
                response = super().dispatch(request, *args, **kwargs)
        except DomainError as error:
            return self._refused(error)
        except DatabaseFailure as error:  # opening the scope, or its commit
            return self._refused(translate(error))
        response["Cache-Control"] = "no-store"
        return response

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.actor = cast("Actor", request.user)
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method in self.needs:
            self.actor.require(self.needs[method])
        if method in BODY_METHODS and _is_chunked(request):
            raise LengthRequiredError("A body in chunks has no length: send it with its length.")

    @override
    def http_method_not_allowed(
        self, request: HttpRequest | Request, *args: Any, **kwargs: Any
    ) -> NoReturn:
        raise MethodNotAllowedError(sorted(self.needs))

    @override
    def handle_exception(self, exc: Exception) -> NoReturn:
        """Lets the error leave the tenant scope, which undoes what the request did."""
        error = translate(exc)
        raise error from (None if error is exc else exc)

    def respond(self, answer: Answer) -> Response:
        return Response(answer.body, status=answer.status)

    @property
    def door(self) -> str:
        """The method and the pattern of the address; the address itself may carry anything."""
        match = self.request.resolver_match
        route = match.route if match else ""
        return f"{str(self.request.method)[:MAX_SHOWN_METHOD]} /{route}"

    def _refused(self, error: DomainError) -> HttpResponseBase:
        actor: Actor | None = getattr(self, "actor", None)
        # Broken seals are no refusal of anybody's, and nobody may miss them.
        told = error.http_status < 500 or isinstance(error, SealBrokenError)  # noqa: PLR2004
        if actor is not None and told:
            try:
                record_refusal(actor=actor, error=error, door=self.door)
            except DatabaseFailure as failure:
                return problem_response(translate(failure))
        return problem_response(error)


def identifier(text: str, *, noun: str) -> UUID:
    """The id in an address. One that is none is as absent as an unknown one."""
    parsed = parse_uuid(text)
    if parsed is None:
        raise NotFoundError(noun=noun)
    return parsed


def _is_chunked(request: Request) -> bool:
    return "chunked" in request.headers.get("Transfer-Encoding", "").lower() and not (
        request.headers.get("Content-Length")
    )

"""The machine doors know one credential: `Authorization: Bearer <API key>`."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from typing_extensions import override

from console.accounts.actor import Actor
from console.accounts.authentication import BAD_KEY, actor_of_key
from console.accounts.key_text import KeyText, parse_key
from console.platform.errors import NotAuthenticatedError

if TYPE_CHECKING:
    from rest_framework.views import APIView  # imports the classes that the settings name: these

NO_KEY = "Send your API key in the header 'Authorization: Bearer mns_…'."


def bearer_key(request: HttpRequest) -> KeyText:
    """The key as sent, unchecked but for its form. Raises NotAuthenticatedError.

    Only the header counts: an address with a key in it ends in logs and histories.
    """
    return key_in(request.headers.get("Authorization", ""))


def key_in(authorization: str) -> KeyText:
    """The key in the value of that header, or of gRPC's metadata. Raises as `bearer_key`."""
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticatedError(NO_KEY)
    key = parse_key(text.strip())
    if key is None:
        raise NotAuthenticatedError(BAD_KEY)
    return key


class BearerKeyAuthentication(BaseAuthentication):
    """From the key to its actor, within the tenant scope that the view has opened."""

    @override
    def authenticate(self, request: Request) -> tuple[Any, KeyText]:
        key = bearer_key(request._request)  # noqa: SLF001 - the framework's request wraps Django's
        return actor_of_key(key), key

    @override
    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class IsActor(BasePermission):
    """Fails closed: a view that forgot to authenticate serves nobody."""

    @override
    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, Actor)

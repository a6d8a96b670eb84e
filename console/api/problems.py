"""Every error of the machine doors as `application/problem+json` (RFC 9457)."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.http.request import UnreadablePostError
from rest_framework import exceptions
from rest_framework.utils.json import dumps

from console.api.errors import (
    BadRequestError,
    BodyCutShortError,
    MethodNotAllowedError,
    NotAcceptableError,
    TooLargeError,
    UnexpectedError,
    UnsupportedMediaTypeError,
)
from console.platform.crypto.envelope import SealBrokenError
from console.platform.errors import (
    DomainError,
    NotAuthenticatedError,
    NotFoundError,
    UnavailableError,
)
from console.platform.refusals import refusal_of
from console.platform.requests import current_request

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2

logger = structlog.get_logger(__name__)


def _too_large() -> DomainError:
    return TooLargeError(f"Send at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes at once.")


def _database_away() -> DomainError:
    logger.warning("database_unavailable")
    return UnavailableError("The database does not answer. Try again in a moment.")


# What Django and REST framework raise on their own; the first that fits.
MEANINGS: dict[tuple[type[Exception], ...], Callable[[], DomainError]] = {
    (RequestDataTooBig,): _too_large,
    (SuspiciousOperation,): lambda: BadRequestError("Send fewer parameters."),
    (OperationalError, InterfaceError): _database_away,
    (Http404, exceptions.NotFound): lambda: NotFoundError(noun="address"),
    (UnreadablePostError,): lambda: BodyCutShortError(
        "The connection ended before the body did. Send it again."
    ),
    (exceptions.UnsupportedMediaType,): lambda: UnsupportedMediaTypeError(
        "Send the body as Content-Type: application/json."
    ),
    (exceptions.NotAcceptable,): lambda: NotAcceptableError("Accept application/json."),
    (exceptions.NotAuthenticated, exceptions.PermissionDenied): NotAuthenticatedError,
    (exceptions.MethodNotAllowed,): lambda: MethodNotAllowedError(["GET"]),
}


def translate(error: Exception) -> DomainError:
    """Any exception by its meaning; what has none is logged and becomes an UnexpectedError."""
    if isinstance(error, SealBrokenError):
        logger.error("seal_broken", exc_info=error)
    if isinstance(error, (DomainError, IntegrityError)):
        refused = refusal_of(error)
        if refused is not None:
            return refused
    for kinds, meaning in MEANINGS.items():
        if isinstance(error, kinds):
            return meaning()
    logger.error("unexpected_error", exc_info=error)
    return UnexpectedError("It was not your request. Tell us the request_id.")


def members_of(error: DomainError) -> dict[str, Any]:
    """The problem's members, as they stand in an answer of their own or in a batch."""
    return {
        "type": f"urn:mnemoscope:problem:{error.code}",
        "title": error.title,
        "status": error.http_status,
        "code": error.code,
        "detail": error.detail,
        "errors": [
            {"field": problem.field, "code": problem.code, "detail": problem.detail}
            for problem in error.problems
        ],
    }


def problem_response(error: DomainError) -> HttpResponse:
    members = members_of(error) | {"request_id": str(current_request().id)}
    return HttpResponse(
        dumps(members, ensure_ascii=False, separators=(",", ":")).encode(),
        status=error.http_status,
        content_type=MEDIA_TYPE,
        headers=_headers_of(error),
    )


def exception_handler(error: Exception, _context: dict[str, Any]) -> HttpResponse:
    """REST framework's hook, for the views of its own kind (schema, docs)."""
    return problem_response(translate(error))


def _headers_of(error: DomainError) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, MethodNotAllowedError):
        headers["Allow"] = ", ".join(error.allowed)
    if error.http_status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.http_status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return headers

"""`POST /v1/traces`: OTLP/HTTP, protobuf and JSON, answered as the specification says.

https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#otlphttp
A sender retries 429, 502, 503 and 504 only, so whatever passes by itself is 503 with Retry-After:
a 500 would make it drop the batch. Nothing is acknowledged that is not committed.
"""

from collections.abc import Callable
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from google.rpc import code_pb2

from audit.ingest.inflate import (
    BrokenEncodingError,
    TooLargeError,
    UnknownEncodingError,
    inflate,
)
from audit.ingest.receive import Receipt, receive_json, receive_protobuf
from audit.ingest.record import UndecodableError
from audit.trail import record_refusal
from console.accounts.actor import Actor
from console.accounts.authentication import actor_of_key
from console.accounts.permissions import Permission
from console.api.authentication import bearer_key
from console.api.otlp_answers import (
    JSON,
    PROTOBUF,
    plain_text,
    refuse,
    response_message,
)
from console.api.otlp_budget import ByteBudget, OverBudgetError
from console.platform.errors import NotAuthenticatedError, NotPermittedError
from console.tenancy.scope import tenant_scope

RETRY_AFTER_SECONDS = 5
DOOR = "POST /v1/traces"

log = structlog.get_logger(__name__)

# Two bodies of the largest size, as sent and inflated.
budget = ByteBudget(4 * settings.OTLP_MAX_BODY_BYTES)

RECEIVERS: dict[str, Callable[[UUID, bytes], Receipt]] = {
    PROTOBUF: receive_protobuf,
    JSON: receive_json,
}


class LengthUnknownError(Exception):
    """A chunked body through a server that does not put it together."""


@csrf_exempt
@login_not_required
def export_traces(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        answer = plain_text(405, "Send traces with POST.")
        answer["Allow"] = "POST"
        return answer
    media_type = (request.content_type or "").lower()
    if media_type not in RECEIVERS:
        return plain_text(415, f"Send {PROTOBUF} or {JSON}.")
    try:
        return _export(request, media_type)
    except (OperationalError, InterfaceError) as error:
        log.warning("traces_not_stored", error=str(error).partition("\n")[0])
    except OverBudgetError:
        log.warning("traces_not_stored", error="over budget")
    answer = refuse(
        media_type, 503, code_pb2.UNAVAILABLE, "The traces could not be stored now: send again."
    )
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _export(request: HttpRequest, media_type: str) -> HttpResponse:  # noqa: PLR0911 - a status each
    limit: int = settings.OTLP_MAX_BODY_BYTES
    try:
        actor = _actor(request)
        announced = _announced_size(request, limit)
        with budget.hold(announced):
            raw = _read(request, announced, limit)
            body = inflate(raw, request.headers.get("Content-Encoding", ""), limit=limit)
            with budget.hold(len(body)):
                receipt = RECEIVERS[media_type](actor.tenant_id, body)
    except NotAuthenticatedError as error:
        answer = refuse(media_type, 401, code_pb2.UNAUTHENTICATED, error.detail)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    except NotPermittedError as error:
        return refuse(media_type, 403, code_pb2.PERMISSION_DENIED, error.detail)
    except UnknownEncodingError as error:
        return _bad(media_type, f"Content-Encoding '{error}' is not known: send gzip or none.")
    except BrokenEncodingError as error:
        return _bad(media_type, f"The body cannot be read: {error}.")
    except UndecodableError as error:
        return _bad(media_type, str(error))
    except LengthUnknownError:
        return refuse(media_type, 411, code_pb2.INVALID_ARGUMENT, "Send a Content-Length.")
    except TooLargeError:
        sentence = f"The body, inflated, is larger than {limit} bytes: send smaller batches."
        return refuse(media_type, 413, code_pb2.RESOURCE_EXHAUSTED, sentence)
    return response_message(media_type, receipt)


def _bad(media_type: str, sentence: str) -> HttpResponse:
    return refuse(media_type, 400, code_pb2.INVALID_ARGUMENT, sentence)


def _actor(request: HttpRequest) -> Actor:
    """Raises NotAuthenticatedError or NotPermittedError, and leaves the second in the trail."""
    key = bearer_key(request)
    with tenant_scope(key.tenant_id):
        actor = actor_of_key(key)
    try:
        actor.require(Permission.TRACES_INGEST)
    except NotPermittedError as error:
        record_refusal(actor=actor, error=error, door=DOOR)
        raise
    return actor


def _announced_size(request: HttpRequest, limit: int) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    announced = int(length) if length.isdecimal() else 0
    if announced > limit:
        raise TooLargeError
    return announced


def _read(request: HttpRequest, announced: int, limit: int) -> bytes:
    """The body as sent. Django's own limit for forms does not hold here: OTLP has its own."""
    if "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        try:
            raw = request.read(announced)
        except UnreadablePostError as error:
            raise BrokenEncodingError("it broke off") from error
        if len(raw) < announced:
            raise BrokenEncodingError("it is shorter than its Content-Length")
        return raw
    # Django reads nothing without a Content-Length, which would acknowledge an empty batch.
    if not request.META.get("wsgi.input_terminated"):
        raise LengthUnknownError
    body: bytes = request.META["wsgi.input"].read(limit + 1)
    return body

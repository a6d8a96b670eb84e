"""`POST /v1/traces`: OTLP/HTTP, protobuf and JSON, answered as the specification says.

https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#otlphttp
Nothing is acknowledged that is not committed. The views need no middleware.
"""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from audit.ingest.inflate import inflate
from audit.ingest.receive import Receipt, receive_json, receive_protobuf
from console.api.otlp_answers import (
    JSON,
    PROTOBUF,
    failure_answer,
    media_type_of,
    plain_text,
    receipt_answer,
)
from console.api.otlp_body import announced_size, read_body
from console.api.otlp_budget import budget
from console.api.otlp_failures import PASSING, REFUSALS, failure_of, other_signal
from console.api.otlp_sender import TENANT_HEADER, sender

DOOR = "POST /v1/traces"
RECEIVERS: dict[str, Callable[[UUID, bytes], Receipt]] = {
    PROTOBUF: receive_protobuf,
    JSON: receive_json,
}


@csrf_exempt
@login_not_required
def export_traces(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        answer = plain_text(405, "Send traces with POST.")
        answer["Allow"] = "POST"
        return answer
    if media_type_of(request) not in RECEIVERS:
        return plain_text(415, f"Send {PROTOBUF} or {JSON}.")
    try:
        return receipt_answer(request, _receive(request))
    except (*REFUSALS, *PASSING) as error:
        return failure_answer(request, failure_of(error))


@csrf_exempt
@login_not_required
def export_other(request: HttpRequest, signal: str) -> HttpResponse:
    return failure_answer(request, other_signal(signal))


def _receive(request: HttpRequest) -> Receipt:
    """Who sends is known before anything is read."""
    limit: int = settings.OTLP_MAX_BODY_BYTES
    actor = sender(
        {name: request.headers.get(name, "") for name in ("authorization", TENANT_HEADER.lower())},
        door=DOOR,
    )
    announced = announced_size(request, limit)
    with budget.hold(announced):
        raw = read_body(request, announced, limit)
        body = inflate(raw, request.headers.get("Content-Encoding", ""), limit=limit)
        with budget.hold(len(body)):
            return RECEIVERS[media_type_of(request)](actor.tenant_id, body)

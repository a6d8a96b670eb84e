"""Answers of OTLP/HTTP, in the encoding of the request."""

import gzip

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from audit.ingest.receive import Receipt
from console.api.otlp_failures import MAX_SENTENCE, Failure

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
# Below, gzip's own header takes what it saves.
WORTH_COMPRESSING = 200


def plain_text(status: int, sentence: str) -> HttpResponse:
    """For a request in no encoding of OTLP, as the OpenTelemetry Collector answers it."""
    return HttpResponse(sentence + "\n", status=status, content_type="text/plain; charset=utf-8")


def media_type_of(request: HttpRequest) -> str:
    """PROTOBUF, JSON or whatever else was sent, without parameters and in lower case."""
    return (request.content_type or "").lower()


def failure_answer(request: HttpRequest, failure: Failure) -> HttpResponse:
    if media_type_of(request) not in {PROTOBUF, JSON}:
        return plain_text(failure.http_status, failure.sentence)
    answer = _encoded(request, failure.status(), failure.http_status)
    if failure.retry_after is not None:
        answer["Retry-After"] = str(failure.retry_after)
    if failure.http_status == 401:  # noqa: PLR2004
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def receipt_answer(request: HttpRequest, receipt: Receipt) -> HttpResponse:
    return _encoded(request, receipt_message(receipt), 200)


def receipt_message(receipt: Receipt) -> ExportTraceServiceResponse:
    """`partial_success` stays unset unless something was rejected or is worth a warning."""
    message = ExportTraceServiceResponse()
    if receipt.rejected or receipt.message:
        message.partial_success.rejected_spans = receipt.rejected
        message.partial_success.error_message = receipt.message[:MAX_SENTENCE]
    return message


def _encoded(request: HttpRequest, message: Message, status: int) -> HttpResponse:
    media_type = media_type_of(request)
    if media_type == JSON:
        body = MessageToJson(message, indent=None).encode()
    else:
        body = message.SerializeToString()
    answer = HttpResponse(body, status=status, content_type=media_type)
    patch_vary_headers(answer, ["Accept-Encoding"])
    if len(body) >= WORTH_COMPRESSING and _takes_gzip(request):
        answer.content = gzip.compress(body, mtime=0)
        answer["Content-Encoding"] = "gzip"
    return answer


def _takes_gzip(request: HttpRequest) -> bool:
    """RFC 9110 §12.5.3: a weight of zero means it is not taken."""
    for offer in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = offer.replace(" ", "").partition(";q=")
        if name == "gzip":
            return not weight or bool(weight.strip("0."))
    return False

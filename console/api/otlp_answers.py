"""Answers of the OTLP door, in the encoding of the request."""

from django.http import HttpResponse
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from audit.ingest.receive import Receipt

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
MAX_SENTENCE = 2000


def plain_text(status: int, sentence: str) -> HttpResponse:
    """For a request in no encoding of OTLP, as the OpenTelemetry Collector answers it."""
    return HttpResponse(sentence + "\n", status=status, content_type="text/plain; charset=utf-8")


def refuse(media_type: str, status: int, code: int, sentence: str) -> HttpResponse:
    """`google.rpc.Status`, as OTLP asks of every answer but 200."""
    message = Status(code=code, message=sentence[:MAX_SENTENCE])
    if status == 400:  # noqa: PLR2004
        violation = BadRequest.FieldViolation(description=sentence[:MAX_SENTENCE])
        message.details.add().Pack(BadRequest(field_violations=[violation]))
    return _encoded(media_type, message, status)


def response_message(media_type: str, receipt: Receipt) -> HttpResponse:
    """200. `partial_success` stays unset unless something was rejected or is worth a warning."""
    message = ExportTraceServiceResponse()
    if receipt.rejected or receipt.message:
        message.partial_success.rejected_spans = receipt.rejected
        message.partial_success.error_message = receipt.message[:MAX_SENTENCE]
    return _encoded(media_type, message, 200)


def _encoded(media_type: str, message: Message, status: int) -> HttpResponse:
    if media_type == JSON:
        body = MessageToJson(message, indent=None).encode()
    else:
        body = message.SerializeToString()
    return HttpResponse(body, status=status, content_type=media_type)

"""OTLP over gRPC: `TraceService/Export`, into the same ingest as `POST /v1/traces`.

https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#otlpgrpc
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NoReturn

import grpc
import structlog
from django.conf import settings
from django.db import close_old_connections
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from typing_extensions import override

from audit.ingest.receive import receive_protobuf
from console.api.otlp_answers import receipt_message
from console.api.otlp_budget import budget
from console.api.otlp_failures import (
    PASSING,
    REFUSALS,
    UNEXPECTED,
    Failure,
    failure_of,
    other_signal,
)
from console.api.otlp_sender import sender
from console.platform.requests import RequestContext, parse_traceparent, request_context

PACKAGE = "opentelemetry.proto.collector"
TRACES = f"{PACKAGE}.trace.v1.TraceService"
OTHERS = {
    f"{PACKAGE}.logs.v1.LogsService": "logs",
    f"{PACKAGE}.metrics.v1.MetricsService": "metrics",
    f"{PACKAGE}.profiles.v1development.ProfilesService": "profiles",
}
DOOR = "gRPC TraceService/Export"
# As many as there are connections in the pool; who waits has only sent its metadata.
THREADS = 16

CODES = {code.value[0]: code for code in grpc.StatusCode}


class Doors(grpc.GenericRpcHandler):
    @override
    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        service, _, method = handler_call_details.method.removeprefix("/").partition("/")
        if (service, method) == (TRACES, "Export"):
            # On the wire a stream of one message is the unary call that it is. Taken as a stream,
            # the key is looked at before 64 MiB are read for it.
            return grpc.stream_unary_rpc_method_handler(export)
        if signal := OTHERS.get(service):
            return grpc.unary_unary_rpc_method_handler(partial(_refuse_other, signal=signal))
        return None


def export(messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
    """An ExportTraceServiceRequest in, an ExportTraceServiceResponse out."""
    # What nobody foresaw is told with this, and not with the error's own text.
    context.set_code(grpc.StatusCode.INTERNAL)
    context.set_details(UNEXPECTED)
    try:
        answer = _receive(messages, _texts(context.invocation_metadata()))
    except (*REFUSALS, *PASSING) as error:
        _abort(context, failure_of(error))
    finally:
        close_old_connections()
    context.set_code(grpc.StatusCode.OK)
    context.set_details("")
    return answer


def start(host: str, port: int) -> tuple[grpc.Server, int]:
    """A server that serves, and its port; 0 takes a free one.

    Raises RuntimeError when it cannot listen there.
    """
    server = grpc.server(
        ThreadPoolExecutor(THREADS, thread_name_prefix="otlp-grpc"),
        options=[
            # Of the message as sent and as inflated. A larger one is RESOURCE_EXHAUSTED without
            # RetryInfo, which OTLP does not repeat.
            ("grpc.max_receive_message_length", settings.OTLP_MAX_BODY_BYTES),
            # Two instances on one port would share senders out between them, unnoticed.
            ("grpc.so_reuseport", 0),
        ],
    )
    server.add_generic_rpc_handlers([Doors()])
    health_service = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health_service, server)
    for service in ("", TRACES):
        health_service.set(service, health_pb2.HealthCheckResponse.SERVING)
    name = f"[{host}]" if ":" in host else host
    bound = server.add_insecure_port(f"{name}:{port}")
    server.start()
    return server, bound


def _receive(messages: Iterator[bytes], metadata: dict[str, str]) -> bytes:
    trace = parse_traceparent(metadata.get("traceparent", ""))
    with (
        request_context(RequestContext(trace=trace)) as call,
        structlog.contextvars.bound_contextvars(request_id=str(call.id)),
    ):
        actor = sender(metadata, door=DOOR)
        message = next(messages, b"")
        with budget.hold(len(message)):
            receipt = receive_protobuf(actor.tenant_id, message)
    answer: bytes = receipt_message(receipt).SerializeToString()
    return answer


def _texts(metadata: Iterable[tuple[str, str | bytes]]) -> dict[str, str]:
    return {name: value for name, value in metadata if isinstance(value, str)}


def _refuse_other(_message: bytes, context: grpc.ServicerContext, *, signal: str) -> NoReturn:
    _abort(context, other_signal(signal))


def _abort(context: grpc.ServicerContext, failure: Failure) -> NoReturn:
    details = failure.status().SerializeToString()
    context.set_trailing_metadata((("grpc-status-details-bin", details),))
    context.abort(CODES[failure.code], failure.sentence)

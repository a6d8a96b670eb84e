"""What is known of the request at hand: its id, and the W3C trace context it came with."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse
from typing_extensions import override

from console.platform.ids import uuid7
from console.platform.telemetry.metrics import REQUESTS

# https://www.w3.org/TR/trace-context/#traceparent-header: version 00, hexadecimal in lower case.
TRACEPARENT = re.compile(r"^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The caller's span: `trace_id` 16 bytes, `span_id` 8 bytes."""

    trace_id: bytes
    span_id: bytes


@dataclass(frozen=True, slots=True)
class RequestContext:
    id: UUID = field(default_factory=uuid7)
    trace: TraceContext | None = None


_current: ContextVar[RequestContext | None] = ContextVar("mnemoscope_request", default=None)


def parse_traceparent(header: str) -> TraceContext | None:
    """The context a `traceparent` header names; None when it does not hold, as W3C asks."""
    match = TRACEPARENT.match(header.strip())
    if match is None or header.startswith("ff"):
        return None
    trace_id, span_id = bytes.fromhex(match[1]), bytes.fromhex(match[2])
    if not any(trace_id) or not any(span_id):
        return None
    return TraceContext(trace_id, span_id)


def current_request() -> RequestContext:
    """The request at hand; outside one (a task, a command) a context of its own."""
    return _current.get() or RequestContext()


@contextmanager
def request_context(context: RequestContext) -> Iterator[RequestContext]:
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


class RequestContextMiddleware:
    """Gives each request an id, which the answer, the log and the audit event all carry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trace = parse_traceparent(request.headers.get("traceparent", ""))
        with (
            request_context(RequestContext(trace=trace)) as context,
            structlog.contextvars.bound_contextvars(request_id=str(context.id)),
        ):
            began = perf_counter()
            response = self.get_response(request)
            response["X-Request-Id"] = str(context.id)
            REQUESTS.labels(request.method, _route(request), response.status_code).observe(
                perf_counter() - began
            )
            return response


class RouteFilter(logging.Filter):
    """Django tells the path of what it refused, which may be somebody's name: not so its route."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            route = _route(request)
            record.args = tuple(route if told == request.path else told for told in record.args)
        return True


def _route(request: HttpRequest) -> str:
    """The pattern of the address, which has no ids in it."""
    match = request.resolver_match
    return match.route if match else "(none)"

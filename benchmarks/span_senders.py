"""Senders of traces that never give a batch up: they repeat it until it is acknowledged.

Two are the SDK's own exporters, whose retries come before ours. The others look at each answer, and
note one that no sender should get while something is only away.
"""

import gzip
import itertools
import logging
import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread
from typing import Any

import grpc
import httpx
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as OverGrpc
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as OverHttp
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from typing_extensions import override

from tests.ingest.messages import a_span, json_body, moment_ns, protobuf_body
from tests.instance import Instance

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
AGENT = "load"
CONVERSATIONS = 7  # shared by all senders, so that their batches meet in the same runs
STEPS = 24
PAUSE_SECONDS = 0.2
TIMEOUT_SECONDS = 10  # the SDK's
LAST_WORD_SECONDS = 60
RETRYABLE = {429, 502, 503, 504}
RETRYABLE_CODES = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
}
# A channel that was refused looks again after up to two minutes by itself, which is no recovery.
CHANNEL = (("grpc.max_reconnect_backoff_ms", 1000),)
OPERATIONS: tuple[dict[str, Any], ...] = (
    {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 11, "user.id": "customer-1"},
    {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "refund", "error.type": "Late"},
    {"gen_ai.operation.name": "search_memory", "gen_ai.memory.record.id": "memory-1"},
)

_numbers = itertools.count()
for chatty in ("opentelemetry", "httpx"):
    logging.getLogger(chatty).setLevel(logging.CRITICAL)


class WrongAnswerError(Exception):
    """Neither an acknowledgement nor a request to come back."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`body` is what its sender sends."""

    spans: tuple[tuple[bytes, bytes], ...]  # trace id, span id
    body: Any


class Sender(Thread):
    def __init__(self, name: str, make: Callable[[], Batch], send: Callable[[Any], bool]) -> None:
        super().__init__(name=name, daemon=True)
        self.make, self.send = make, send
        self.acknowledged: list[Batch] = []
        self.unanswered: list[Batch] = []  # stored or not
        self.wrong: list[str] = []
        self.repeats = 0
        self.stopping = Event()

    @override
    def run(self) -> None:
        while not self.stopping.is_set():
            batch = self.make()
            known = self.acknowledged if self._deliver(batch) else self.unanswered
            known.append(batch)

    def _deliver(self, batch: Batch) -> bool:
        try:
            while not self.send(batch.body):
                self.repeats += 1
                if self.stopping.wait(PAUSE_SECONDS * random.uniform(0.5, 2)):  # noqa: S311
                    return False
        except WrongAnswerError as error:
            self.wrong.append(f"{self.name}: {error}")
            return False
        return True


@contextmanager
def sending(instance: Instance) -> Iterator[list[Sender]]:
    """Senders at work; afterwards they have stopped."""
    headers = {"authorization": f"Bearer {instance.demo['agent_key']}"}
    url = f"{instance.url}/v1/traces"
    with ExitStack() as stack:
        http = stack.enter_context(httpx.Client(headers=headers, timeout=TIMEOUT_SECONDS))
        channel = stack.enter_context(grpc.insecure_channel(instance.grpc, CHANNEL))
        over_http = OverHttp(url, headers=headers, timeout=TIMEOUT_SECONDS)
        stack.callback(over_http.shutdown)
        over_grpc = OverGrpc(
            instance.grpc,
            insecure=True,
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            channel_options=CHANNEL,  # type: ignore[arg-type]
        )
        stack.callback(over_grpc.shutdown)
        senders = [
            Sender("HTTP, protobuf", _zipped, partial(_post, http, url, "x-protobuf", "gzip")),
            Sender("HTTP, JSON", _json, partial(_post, http, url, "json", "identity")),
            Sender("gRPC", _message, partial(_call, channel.unary_unary(EXPORT), headers)),
            Sender("SDK, HTTP", _sdk_spans, partial(_export, over_http)),
            Sender("SDK, gRPC", _sdk_spans, partial(_export, over_grpc)),
        ]
        for sender in senders:
            sender.start()
        try:
            yield senders
        finally:
            for sender in senders:
                sender.stopping.set()
            for sender in senders:
                sender.join(LAST_WORD_SECONDS)


def _post(client: httpx.Client, url: str, kind: str, encoding: str, body: bytes) -> bool:
    headers = {"Content-Type": f"application/{kind}", "Content-Encoding": encoding}
    try:
        answer = client.post(url, content=body, headers=headers)
    except httpx.TransportError:
        return False
    if answer.status_code not in {httpx.codes.OK, *RETRYABLE}:
        raise WrongAnswerError(f"{answer.status_code} {answer.content!r}")
    return answer.is_success and _is_whole(answer.content)


def _call(
    export: "grpc.UnaryUnaryMultiCallable[bytes, bytes]", headers: dict[str, str], body: bytes
) -> bool:
    try:
        answer = export(body, metadata=tuple(headers.items()), timeout=TIMEOUT_SECONDS)
    except grpc.RpcError as error:
        if error.code() not in RETRYABLE_CODES:
            raise WrongAnswerError(f"{error.code()} {error.details()}") from error
        return False
    return _is_whole(answer)


def _is_whole(answer: bytes) -> bool:
    """Raises WrongAnswerError on a partial success: nothing of these batches is bad."""
    if answer not in {b"", b"{}"}:
        raise WrongAnswerError(f"200 {answer!r}")
    return True


def _export(exporter: SpanExporter, spans: Sequence[ReadableSpan]) -> bool:
    return exporter.export(spans) is SpanExportResult.SUCCESS


def _spans() -> list[Span]:
    conversation = f"load-{next(_numbers) % CONVERSATIONS}"
    told = {"gen_ai.agent.name": AGENT, "gen_ai.conversation.id": conversation}
    trace_id, root_id, start = os.urandom(16), os.urandom(8), moment_ns()
    steps = [
        a_span(
            "step",
            trace_id=trace_id,
            parent=root_id,
            start=start,
            attributes={**told, **OPERATIONS[number % len(OPERATIONS)]},
        )
        for number in range(STEPS)
    ]
    return [
        a_span("turn", trace_id=trace_id, span_id=root_id, start=start, attributes=told),
        *steps,
    ]


def _batch(spans: list[Span], body: Any) -> Batch:
    return Batch(tuple((span.trace_id, span.span_id) for span in spans), body)


def _zipped() -> Batch:
    spans = _spans()
    return _batch(spans, gzip.compress(protobuf_body(*spans), 1))


def _json() -> Batch:
    spans = _spans()
    return _batch(spans, json_body(*spans))


def _message() -> Batch:
    spans = _spans()
    return _batch(spans, protobuf_body(*spans))


def _sdk_spans() -> Batch:
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("load")
    conversation = f"load-{next(_numbers) % CONVERSATIONS}"
    told = {"gen_ai.agent.name": AGENT, "gen_ai.conversation.id": conversation}
    with tracer.start_as_current_span("turn", attributes=told):
        for number in range(STEPS):
            attributes = {**told, **OPERATIONS[number % len(OPERATIONS)]}
            tracer.start_span("step", attributes=attributes).end()
    spans = kept.get_finished_spans()
    ids = [(span.context.trace_id.to_bytes(16), span.context.span_id.to_bytes(8)) for span in spans]
    return Batch(tuple(ids), spans)

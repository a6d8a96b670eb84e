"""The `gen_ai.memory.client` span of the OTel GenAI conventions (memory, development status)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider, get_tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from mnemoscope_client.calls import Call, MemoryOperation
from mnemoscope_client.errors import ApiError
from mnemoscope_client.settings import Settings
from mnemoscope_client.version import VERSION

PROVIDER = "mnemoscope"
# Not the global propagator: an agent that speaks B3 elsewhere must still be understood here.
_W3C = TraceContextTextMapPropagator()


class OpenTelemetryTracing:
    def __init__(
        self, settings: Settings, *, tracer_provider: TracerProvider | None, capture_content: bool
    ) -> None:
        self._tracer = get_tracer("mnemoscope_client", VERSION, tracer_provider)
        self._capture_content = capture_content
        self._server: dict[str, str | int] = {
            "server.address": settings.base.host,
            "server.port": settings.port,
        }

    @contextmanager
    def observe(self, call: Call[Any]) -> Iterator[_Observed]:
        if call.operation is None:
            yield _Observed(None, None)
            return
        with self._tracer.start_as_current_span(
            call.operation.name,
            kind=SpanKind.CLIENT,
            attributes=self._attributes(call.operation),
            # Ours says the type only: a message may hold what someone wrote.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield _Observed(span, call.operation)
            except BaseException as error:
                kind = error.code if isinstance(error, ApiError) else type(error).__qualname__
                span.set_attribute("error.type", kind)
                span.set_status(Status(StatusCode.ERROR, kind))
                raise

    def _attributes(self, operation: MemoryOperation[Any]) -> dict[str, str | int]:
        attributes: dict[str, str | int] = {
            "gen_ai.operation.name": operation.name,
            "gen_ai.provider.name": PROVIDER,
            **self._server,
        }
        if isinstance(operation.store, str):
            attributes["gen_ai.memory.store.id"] = operation.store
        if operation.record_id is not None:
            attributes["gen_ai.memory.record.id"] = operation.record_id
        if operation.count is not None:
            attributes["gen_ai.memory.record.count"] = operation.count
        if operation.query is not None and self._capture_content:
            attributes["gen_ai.memory.query.text"] = operation.query
        return attributes


class _Observed:
    def __init__(self, span: Span | None, operation: MemoryOperation[Any] | None) -> None:
        self._span = span
        self._operation = operation
        self.headers: dict[str, str] = {}
        _W3C.inject(self.headers)

    def answered(self, answer: Any) -> None:
        if self._span is None or self._operation is None:
            return
        if callable(self._operation.store):
            store = self._operation.store(answer)
            if store is not None:
                self._span.set_attribute("gen_ai.memory.store.id", store)
        if self._operation.records is None:
            return
        records = self._operation.records(answer)
        if len(records) == 1:
            self._span.set_attribute("gen_ai.memory.record.id", records[0])
        if self._operation.count is None:
            self._span.set_attribute("gen_ai.memory.record.count", len(records))

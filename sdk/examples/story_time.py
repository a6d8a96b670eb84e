"""A case of three days, told in seconds: spans are exported at the time they are told to be at.

Only the times are moved. The spans, their ids and the requests made inside them are real.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

NANOSECONDS = 1_000_000_000


class StoryClock:
    """Real time plus an offset that only the story moves."""

    def __init__(self) -> None:
        self.offset = 0

    def jump_to(self, hours_ago: float) -> None:
        self.offset = -int(hours_ago * 3600 * NANOSECONDS)

    def advance(self, seconds: float) -> None:
        self.offset += int(seconds * NANOSECONDS)


class StoryTime(SpanProcessor):
    """Stamps every span, the client library's too, and says whose conversation it is part of."""

    def __init__(
        self, clock: StoryClock, following: SpanProcessor, attributes: dict[str, str]
    ) -> None:
        self._clock = clock
        self._following = following
        self._attributes = attributes
        self._offsets: dict[int, int] = {}

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        span.set_attributes(self._attributes)
        self._offsets[span.get_span_context().span_id] = self._clock.offset
        self._following.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        context = span.get_span_context()
        offset = self._offsets.pop(context.span_id) if context else 0
        now = self._clock.offset
        self._following.on_end(
            ReadableSpan(
                name=span.name,
                context=context,
                parent=span.parent,
                resource=span.resource,
                attributes=span.attributes,
                # Recorded as their span ends, so told at its end.
                events=[Event(e.name, e.attributes, e.timestamp + now) for e in span.events],
                links=span.links,
                kind=span.kind,
                status=span.status,
                start_time=(span.start_time or time.time_ns()) + offset,
                end_time=(span.end_time or time.time_ns()) + now,
                instrumentation_scope=span.instrumentation_scope,
            )
        )

    def shutdown(self) -> None:
        self._following.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._following.force_flush(timeout_millis)


class CountingExporter(SpanExporter):
    """Knows what arrived: the SDK's own pipeline drops what a server refuses, and says nothing."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._lock = threading.Lock()
        self.sent = 0
        self.lost = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        with self._lock:
            if result is SpanExportResult.SUCCESS:
                self.sent += len(spans)
            else:
                self.lost += len(spans)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

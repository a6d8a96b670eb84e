"""OTLP/HTTP protobuf: ExportTraceServiceRequest of opentelemetry-proto 1.x."""

from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from audit.ingest.misdirected import name_other_signal
from audit.ingest.record import (
    KINDS,
    SPAN_ID_BYTES,
    STATUS_CODES,
    TRACE_ID_BYTES,
    Attributes,
    Decoded,
    MalformedSpanError,
    Source,
    SpanEvent,
    SpanLink,
    SpanRecord,
    UndecodableError,
    Value,
    bounded_time,
    optional_id,
    require_id,
    require_times,
)
from audit.ingest.values import MAX_DEPTH, TOO_DEEP, encoded_bytes, safe_double, safe_text

# protobuf falls back to pure Python in silence, at a hundredth of the speed.
if type(ExportTraceServiceRequest).__module__ != "google._upb._message":
    raise ImproperlyConfigured("protobuf runs without its C extension (upb): reinstall protobuf.")


def decode_protobuf(body: bytes) -> Decoded:
    """Raises UndecodableError."""
    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(body)
    except DecodeError as error:
        other = name_other_signal(body)
        raise UndecodableError(other or f"The body is not an OTLP trace export: {error}") from error
    spans: list[SpanRecord] = []
    rejected: list[str] = []
    for group in request.resource_spans:
        resource = _attributes(group.resource.attributes)
        for scoped in group.scope_spans:
            source = Source(
                resource=resource,
                scope_name=safe_text(scoped.scope.name),
                scope_version=safe_text(scoped.scope.version),
                scope_attributes=_attributes(scoped.scope.attributes),
                schema_url=safe_text(scoped.schema_url or group.schema_url),
            )
            for span in scoped.spans:
                try:
                    spans.append(_span(span, source))
                except MalformedSpanError as error:
                    rejected.append(f"span '{safe_text(span.name)[:80]}': {error}")
    if rejected and not spans and (other := name_other_signal(body)):
        raise UndecodableError(other)
    return Decoded(tuple(spans), tuple(rejected))


def _span(span: Span, source: Source) -> SpanRecord:
    require_times(span.start_time_unix_nano, span.end_time_unix_nano)
    return SpanRecord(
        trace_id=require_id(span.trace_id, TRACE_ID_BYTES, "traceId"),
        span_id=require_id(span.span_id, SPAN_ID_BYTES, "spanId"),
        parent_id=optional_id(span.parent_span_id, SPAN_ID_BYTES, "parentSpanId"),
        name=safe_text(span.name),
        # Enums of protobuf 3 are open: a sender may write any number.
        kind=span.kind if span.kind in KINDS else 0,
        trace_state=safe_text(span.trace_state),
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        status_code=span.status.code if span.status.code in STATUS_CODES else 0,
        status_message=safe_text(span.status.message),
        attributes=_attributes(span.attributes),
        events=tuple(map(_event, span.events)),
        links=tuple(map(_link, span.links)),
        source=source,
    )


def _event(event: Span.Event) -> SpanEvent:
    return SpanEvent(
        bounded_time(event.time_unix_nano), safe_text(event.name), _attributes(event.attributes)
    )


def _link(link: Span.Link) -> SpanLink:
    return SpanLink(link.trace_id, link.span_id, _attributes(link.attributes))


def _attributes(pairs: Iterable[KeyValue]) -> Attributes:
    # Most values are strings: asking for one first spares WhichOneof, the dearest call here.
    return {
        safe_text(pair.key): safe_text(text)
        if (text := pair.value.string_value)
        else _value(pair.value, 0)
        for pair in pairs
        if pair.key
    }


def _value(value: AnyValue, depth: int) -> Value:  # noqa: PLR0911 - one return per case
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "string_value":
        return safe_text(value.string_value)
    if kind == "double_value":
        return safe_double(value.double_value)
    if kind == "bytes_value":
        return encoded_bytes(value.bytes_value)
    if depth >= MAX_DEPTH:
        return TOO_DEEP
    if kind == "array_value":
        return [_value(item, depth + 1) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {
            safe_text(pair.key): _value(pair.value, depth + 1) for pair in value.kvlist_value.values
        }
    scalar: Value = getattr(value, kind)  # bool_value, int_value
    return scalar

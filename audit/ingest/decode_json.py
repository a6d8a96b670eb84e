"""OTLP/HTTP JSON, whose mapping is not protobuf's own: hex ids, integer enums, lowerCamelCase.

https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#json-protobuf-encoding
A hand decoder over orjson: protobuf's json_format takes base64 ids and is 30 times slower.
"""

import re
from typing import Any

import orjson

from audit.ingest.json_values import (
    as_attributes,
    as_bytes_of_hex,
    as_enum,
    as_integer,
    as_list,
    as_object,
    as_text,
)
from audit.ingest.misdirected import name_other_json_signal
from audit.ingest.record import (
    SPAN_ID_BYTES,
    TRACE_ID_BYTES,
    Decoded,
    MalformedSpanError,
    Source,
    SpanEvent,
    SpanLink,
    SpanRecord,
    UndecodableError,
    bounded_time,
    optional_id,
    require_id,
    require_times,
)

KIND_NAMES = {
    "SPAN_KIND_UNSPECIFIED": 0,
    "SPAN_KIND_INTERNAL": 1,
    "SPAN_KIND_SERVER": 2,
    "SPAN_KIND_CLIENT": 3,
    "SPAN_KIND_PRODUCER": 4,
    "SPAN_KIND_CONSUMER": 5,
}
STATUS_NAMES = {"STATUS_CODE_UNSET": 0, "STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}

# JavaScript cuts strings between UTF-16 halves; JSON parsers refuse the half that is left.
# Escapes are consumed in pairs, so that an escaped backslash before "u" is not taken for one.
SURROGATES = re.compile(
    rb"\\(?:(?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def decode_json(body: bytes) -> Decoded:
    """Raises UndecodableError."""
    document = _parse(body)
    if not isinstance(document, dict):
        raise UndecodableError("The body is JSON but not an object with resourceSpans.")
    if other := name_other_json_signal(document):
        raise UndecodableError(other)
    spans: list[SpanRecord] = []
    rejected: list[str] = []
    try:
        for group in as_list(document.get("resourceSpans"), "resourceSpans"):
            _decode_group(as_object(group, "resourceSpans"), spans, rejected)
    except MalformedSpanError as error:
        raise UndecodableError(f"The body is not an OTLP trace export: {error}.") from error
    return Decoded(tuple(spans), tuple(rejected))


def _parse(body: bytes) -> object:
    try:
        document: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        mended = SURROGATES.sub(_replace_lone, body) if b"\\u" in body else body
        if mended == body:
            raise UndecodableError(f"The body is not JSON: {error}") from error
        return _parse(mended)
    return document


def _replace_lone(match: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if match["lone"] else match[0]


def _decode_group(group: dict[str, Any], spans: list[SpanRecord], rejected: list[str]) -> None:
    resource = as_attributes(as_object(group.get("resource"), "resource").get("attributes"))
    for item in as_list(group.get("scopeSpans"), "scopeSpans"):
        scoped = as_object(item, "scopeSpans")
        scope = as_object(scoped.get("scope"), "scope")
        source = Source(
            resource=resource,
            scope_name=as_text(scope.get("name"), "scope.name"),
            scope_version=as_text(scope.get("version"), "scope.version"),
            scope_attributes=as_attributes(scope.get("attributes")),
            schema_url=as_text(scoped.get("schemaUrl") or group.get("schemaUrl"), "schemaUrl"),
        )
        for span in as_list(scoped.get("spans"), "spans"):
            try:
                spans.append(_span(as_object(span, "span"), source))
            except MalformedSpanError as error:
                name = span.get("name") if isinstance(span, dict) else None
                rejected.append(f"span '{str(name or '')[:80]}': {error}")


def _span(span: dict[str, Any], source: Source) -> SpanRecord:
    start_ns = as_integer(span.get("startTimeUnixNano"), "startTimeUnixNano")
    end_ns = as_integer(span.get("endTimeUnixNano"), "endTimeUnixNano")
    require_times(start_ns, end_ns)
    status = as_object(span.get("status"), "status")
    trace_id = as_bytes_of_hex(span.get("traceId"), "traceId")
    span_id = as_bytes_of_hex(span.get("spanId"), "spanId")
    parent_id = as_bytes_of_hex(span.get("parentSpanId"), "parentSpanId")
    return SpanRecord(
        trace_id=require_id(trace_id, TRACE_ID_BYTES, "traceId"),
        span_id=require_id(span_id, SPAN_ID_BYTES, "spanId"),
        parent_id=optional_id(parent_id, SPAN_ID_BYTES, "parentSpanId"),
        name=as_text(span.get("name"), "name"),
        kind=as_enum(span.get("kind"), KIND_NAMES),
        trace_state=as_text(span.get("traceState"), "traceState"),
        start_ns=start_ns,
        end_ns=end_ns,
        status_code=as_enum(status.get("code"), STATUS_NAMES),
        status_message=as_text(status.get("message"), "status.message"),
        attributes=as_attributes(span.get("attributes")),
        events=tuple(_event(as_object(e, "events")) for e in as_list(span.get("events"), "events")),
        links=tuple(_link(as_object(x, "links")) for x in as_list(span.get("links"), "links")),
        source=source,
    )


def _event(event: dict[str, Any]) -> SpanEvent:
    return SpanEvent(
        time_ns=bounded_time(as_integer(event.get("timeUnixNano"), "event.timeUnixNano")),
        name=as_text(event.get("name"), "event.name"),
        attributes=as_attributes(event.get("attributes")),
    )


def _link(link: dict[str, Any]) -> SpanLink:
    return SpanLink(
        trace_id=as_bytes_of_hex(link.get("traceId"), "link.traceId"),
        span_id=as_bytes_of_hex(link.get("spanId"), "link.spanId"),
        attributes=as_attributes(link.get("attributes")),
    )

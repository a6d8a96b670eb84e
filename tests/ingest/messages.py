"""OTLP messages as senders make them, in both encodings."""

import json
import os
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from console.platform.clock import now

SECOND = 10**9
ID_FIELDS = {"traceId", "spanId", "parentSpanId"}


def moment_ns() -> int:
    return int(now().timestamp()) * SECOND


def any_value(value: object) -> AnyValue:  # noqa: PLR0911 - one return per case
    match value:
        case None:
            return AnyValue()
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case list():
            return AnyValue(array_value=ArrayValue(values=[any_value(item) for item in value]))
        case dict():
            return AnyValue(kvlist_value=KeyValueList(values=pairs(value)))
        case _:
            return AnyValue(string_value=str(value))


def pairs(attributes: Mapping[str, object]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def a_span(
    name: str = "chat gpt-5",
    *,
    trace_id: bytes | None = None,
    span_id: bytes | None = None,
    parent: bytes = b"",
    start: int | None = None,
    seconds: float = 1,
    attributes: Mapping[str, object] | None = None,
    **fields: Any,
) -> Span:
    """A finished span; `seconds=0` leaves it running."""
    begins = start if start is not None else moment_ns()
    return Span(
        trace_id=trace_id if trace_id is not None else os.urandom(16),
        span_id=span_id if span_id is not None else os.urandom(8),
        parent_span_id=parent,
        name=name,
        start_time_unix_nano=begins,
        end_time_unix_nano=begins + int(seconds * SECOND) if seconds else 0,
        attributes=pairs(attributes or {}),
        **fields,
    )


def export(*spans: Span, resource: Mapping[str, object] | None = None) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    if spans:
        group = request.resource_spans.add()
        group.resource.attributes.extend(pairs(resource or {"service.name": "support-desk"}))
        scoped = group.scope_spans.add()
        scoped.scope.name = "tests"
        scoped.spans.extend(spans)
    return request


def protobuf_body(*spans: Span, **fields: Any) -> bytes:
    return export(*spans, **fields).SerializeToString()


def json_document(*spans: Span, **fields: Any) -> dict[str, Any]:
    """OTLP's own JSON: protobuf's mapping, but for hexadecimal ids and numbers for enums."""
    document: dict[str, Any] = MessageToDict(export(*spans, **fields), use_integers_for_enums=True)
    _hexadecimal_ids(document)
    return document


def json_body(*spans: Span, **fields: Any) -> bytes:
    return json.dumps(json_document(*spans, **fields)).encode()


def _hexadecimal_ids(node: object) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ID_FIELDS:
                node[key] = b64decode(value).hex()
            else:
                _hexadecimal_ids(value)
    elif isinstance(node, list):
        for item in node:
            _hexadecimal_ids(item)

"""A run as OTLP/JSON, which any receiver of traces takes, ours too.

An ExportTraceServiceRequest in the mapping of the OTLP specification: ids in hexadecimal, 64-bit
integers as strings, enums as numbers.
https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

As lines, each is a request of its own of at most `pages.PAGE` spans, which a receiver takes however
long the run is: the form of the OpenTelemetry file exporter.
https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from audit.dialects.dialect import Op
from audit.dialects.otel_genai import OPERATION
from audit.export.pages import Told, pages_of
from audit.models import Run, Span, SpanStatus

CONTENT = "mnemoscope.content"  # why a span has no content: `Missing`

Json = dict[str, Any]


class Form(StrEnum):
    JSON = "json"
    LINES = "lines"


# What a span without its content still is, in OpenTelemetry's words.
OPERATIONS = {
    Op.AGENT: "invoke_agent",
    Op.WORKFLOW: "invoke_workflow",
    Op.MODEL: "chat",
    Op.EMBEDDING: "embeddings",
    Op.TOOL: "execute_tool",
    Op.RETRIEVAL: "retrieval",
    Op.APPROVAL: "await_human_input",
    Op.MEMORY_READ: "search_memory",
    Op.MEMORY_WRITE: "create_memory",
    Op.MEMORY_UPDATE: "update_memory",
    Op.MEMORY_DELETE: "delete_memory",
    Op.MEMORY_STORE: "create_memory_store",
}
COLUMNS = {
    "agent": "gen_ai.agent.name",
    "conversation": "gen_ai.conversation.id",
    "tool": "gen_ai.tool.name",
    "model": "gen_ai.response.model",
    "provider": "gen_ai.provider.name",
    "memory_store": "gen_ai.memory.store.id",
    "memory_count": "gen_ai.memory.record.count",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "error_type": "error.type",
}
STATUS_CODES = {SpanStatus.UNSET: 0, SpanStatus.OK: 1, SpanStatus.ERROR: 2}


def otlp_of(run: Run, tenant_id: UUID, form: Form) -> Iterator[bytes]:
    """To be read outside of any scope. A download that broke off is no JSON."""
    if form is Form.LINES:
        for page in pages_of(run, tenant_id):
            yield orjson.dumps({"resourceSpans": _groups(page)}) + b"\n"
        return
    yield b'{"resourceSpans":['
    for number, page in enumerate(pages_of(run, tenant_id)):
        yield (b",\n" if number else b"\n") + orjson.dumps(_groups(page))[1:-1]
    yield b"\n]}\n"


def _groups(page: list[Told]) -> list[Json]:
    """Spans of one resource and scope together."""
    groups: dict[bytes, Json] = {}
    for told in page:
        said = told.said if told.missing is None else _without_content(told)
        source = [said["resource"], said["scope"], said["schemaUrl"]]
        key = orjson.dumps(source)
        if key not in groups:
            groups[key] = _group(*source)
        groups[key]["scopeSpans"][0]["spans"].append(_span(told.span, said))
    return list(groups.values())


def _group(resource: Json, scope: Json, schema_url: str) -> Json:
    return {
        "resource": {"attributes": _pairs(resource)},
        "scopeSpans": [
            {
                "scope": {
                    "name": scope["name"],
                    "version": scope["version"],
                    "attributes": _pairs(scope["attributes"]),
                },
                "spans": [],
                "schemaUrl": schema_url,
            }
        ],
    }


def _span(span: Span, said: Json) -> Json:
    return {
        "traceId": bytes(span.trace_id).hex(),
        "spanId": bytes(span.span_id).hex(),
        "parentSpanId": bytes(span.parent_id or b"").hex(),
        "traceState": said["traceState"],
        "name": said["name"],
        "kind": said["kind"],
        "startTimeUnixNano": str(span.start_ns),
        "endTimeUnixNano": str(said["endTimeUnixNano"]),
        "attributes": _pairs(said["attributes"]),
        "events": [
            {
                "timeUnixNano": str(event["timeUnixNano"]),
                "name": event["name"],
                "attributes": _pairs(event["attributes"]),
            }
            for event in said["events"]
        ],
        "links": [
            {
                "traceId": link["traceId"],
                "spanId": link["spanId"],
                "attributes": _pairs(link["attributes"]),
            }
            for link in said["links"]
        ],
        "status": {"code": said["status"]["code"], "message": said["status"]["message"]},
    }


def _without_content(told: Told) -> Json:
    """What the row still knows, in the shape of what was said."""
    span = told.span
    operation = OPERATIONS.get(Op(span.op))
    known = {name: getattr(span, column) for column, name in COLUMNS.items()}
    attributes = {OPERATION: operation, **known, CONTENT: told.missing}
    return {
        "resource": {"service.name": span.service} if span.service else {},
        "scope": {"name": "", "version": "", "attributes": {}},
        "schemaUrl": "",
        "attributes": {
            name: value for name, value in attributes.items() if value not in (None, "")
        },
        "events": [],
        "links": [],
        "name": span.name,
        "kind": span.kind,
        "traceState": "",
        "endTimeUnixNano": 0 if span.duration_ns is None else span.start_ns + span.duration_ns,
        "status": {"code": STATUS_CODES[SpanStatus(span.status)], "message": ""},
    }


def _pairs(attributes: Mapping[str, Any]) -> list[Json]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: Any) -> Json:  # noqa: PLR0911 - one return per case of AnyValue
    match value:
        case None:
            return {}
        case str():
            return {"stringValue": value}
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [_value(item) for item in value]}}
        case {"bytesValue": str()} if len(value) == 1:  # as `ingest.values` keeps bytes
            return dict(value)
        case _:
            return {"kvlistValue": {"values": _pairs(value)}}

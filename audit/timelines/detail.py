"""One step in full: its raw attributes, events and links, and what went in and came out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from audit.dialects.otel_genai import OPERATION
from audit.ingest.content import content_of
from audit.models import MemoryAccess, Span
from audit.timelines.memory_mark import MemoryMark, mark_of
from audit.timelines.step import Step, step_of
from console.platform.errors import NotFoundError

# A page shows a value up to here and says how much is left; the API has the rest.
MAX_VALUE = 20_000
MAX_ATTRIBUTES = 500
MAX_EVENTS = 200

# Where the conventions put what went into a step and what came out of it, the preferred first.
INPUTS = (
    "gen_ai.input.messages",
    "gen_ai.tool.call.arguments",
    "gen_ai.memory.query.text",
    "input.value",
    "traceloop.entity.input",
    "gen_ai.prompt",
)
OUTPUTS = (
    "gen_ai.output.messages",
    "gen_ai.tool.call.result",
    "gen_ai.memory.records",
    "output.value",
    "traceloop.entity.output",
    "gen_ai.completion",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An attribute as text: structured values as indented JSON. `cut` characters are left out."""

    key: str
    value: str
    cut: int


@dataclass(frozen=True, slots=True)
class ShownEvent:
    name: str
    at: datetime
    attributes: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class ShownLink:
    trace_id: str
    span_id: str
    attributes: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class SpanDetail:
    """`input` and `output` are also among the attributes; None where the step names neither."""

    step: Step
    operation: str
    status_message: str
    input: Shown | None
    output: Shown | None
    attributes: tuple[Shown, ...]
    resource: tuple[Shown, ...]
    scope: str
    events: tuple[ShownEvent, ...]
    links: tuple[ShownLink, ...]
    memories: tuple[MemoryMark, ...]


def span_detail(trace_id: bytes, span_id: bytes) -> SpanDetail:
    """Raises NotFoundError. Four queries."""
    span = Span.objects.filter(trace_id=trace_id, span_id=span_id).first()
    if span is None:
        raise NotFoundError(span_id.hex(), noun="span")
    step, content = step_of(span), content_of(span)
    attributes = content.get("attributes", {})
    scope = content.get("scope", {})
    return SpanDetail(
        step=step,
        operation=str(attributes.get(OPERATION, "")),
        status_message=content.get("status", {}).get("message", ""),
        input=_first(attributes, INPUTS),
        output=_first(attributes, OUTPUTS),
        attributes=_shown(attributes),
        resource=_shown(content.get("resource", {})),
        scope=f"{scope.get('name', '')} {scope.get('version', '')}".strip(),
        events=tuple(
            ShownEvent(event["name"], _moment(event["timeUnixNano"]), _shown(event["attributes"]))
            for event in content.get("events", [])[:MAX_EVENTS]
        ),
        links=tuple(
            ShownLink(link["traceId"], link["spanId"], _shown(link["attributes"]))
            for link in content.get("links", [])[:MAX_EVENTS]
        ),
        memories=memories_of_span(trace_id, span_id),
    )


def memories_of_span(trace_id: bytes, span_id: bytes) -> tuple[MemoryMark, ...]:
    found = MemoryAccess.objects.filter(trace_id=trace_id, span_id=span_id).order_by("at", "rank")
    return tuple(mark_of(access) for access in found[:MAX_ATTRIBUTES])


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> Shown | None:
    for name in names:
        if value := attributes.get(name):
            return _one(name, value)
    return None


def _shown(attributes: Mapping[str, Any]) -> tuple[Shown, ...]:
    keys = sorted(attributes)[:MAX_ATTRIBUTES]
    return tuple(_one(key, attributes[key]) for key in keys)


def _one(key: str, value: object) -> Shown:
    text = _text(value)
    return Shown(key, text[:MAX_VALUE], max(0, len(text) - MAX_VALUE))


def _text(value: object) -> str:
    """Messages arrive as JSON in a string, since span attributes had no structure for long."""
    if isinstance(value, str):
        if not value.startswith(("{", "[")):
            return value
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return str(value)
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _moment(unix_ns: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=unix_ns // 1000)

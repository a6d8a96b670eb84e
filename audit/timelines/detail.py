"""One step in full: what it said, raw, and the memories it touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from audit.dialects.otel_genai import OPERATION
from audit.ingest.content import content_of
from audit.models import MemoryAccess, Run, Span, SpanContent
from audit.timelines.memory_mark import MemoryMark, mark_of
from audit.timelines.step import Step, step_of
from console.platform.errors import NotFoundError

MAX_MEMORIES = 500
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

Attributes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SpanEvent:
    name: str
    at: datetime
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class SpanLink:
    """Hexadecimal ids."""

    trace_id: str
    span_id: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class SpanDetail:
    """`document` is all that the span said (`audit.ingest.content`); empty where it is gone."""

    step: Step
    document: Mapping[str, Any]
    memories: tuple[MemoryMark, ...]
    why_gone: Literal["", "erased", "expired"] = ""

    @property
    def attributes(self) -> Attributes:
        return self._part("attributes")

    @property
    def resource(self) -> Attributes:
        return self._part("resource")

    @property
    def operation(self) -> str:
        return str(self.attributes.get(OPERATION, ""))

    @property
    def status_message(self) -> str:
        return str(self._part("status").get("message", ""))

    @property
    def scope(self) -> str:
        """The instrumentation: its name and version."""
        scope = self._part("scope")
        return f"{scope.get('name', '')} {scope.get('version', '')}".strip()

    @property
    def events(self) -> tuple[SpanEvent, ...]:
        return tuple(
            SpanEvent(event["name"], _moment(event["timeUnixNano"]), event["attributes"])
            for event in self.document.get("events", [])[:MAX_EVENTS]
        )

    @property
    def links(self) -> tuple[SpanLink, ...]:
        return tuple(
            SpanLink(link["traceId"], link["spanId"], link["attributes"])
            for link in self.document.get("links", [])[:MAX_EVENTS]
        )

    def first_of(self, names: Sequence[str]) -> tuple[str, Any] | None:
        """The first attribute of these that says something, with its name."""
        found = ((name, self.attributes.get(name)) for name in names)
        return next(((name, value) for name, value in found if value), None)

    def _part(self, name: str) -> Attributes:
        part: Attributes = self.document.get(name) or {}
        return part


def span_detail(trace_id: bytes, span_id: bytes) -> SpanDetail:
    """Raises NotFoundError. Four queries."""
    span = Span.objects.filter(trace_id=trace_id, span_id=span_id).first()
    if span is None:
        raise NotFoundError(span_id.hex(), noun="span")
    document = content_of(span)
    why_gone = "" if document else _why_gone(span)
    return SpanDetail(step_of(span), document, memories_of_span(trace_id, span_id), why_gone)


def detail_in(run: Run, trace_id: bytes, span_id: bytes) -> SpanDetail:
    """Raises NotFoundError for a step of another run too."""
    detail = span_detail(trace_id, span_id)
    if detail.step.run_id != run.id:
        raise NotFoundError(span_id.hex(), noun="span")
    return detail


def memories_of_span(trace_id: bytes, span_id: bytes) -> tuple[MemoryMark, ...]:
    found = MemoryAccess.objects.filter(trace_id=trace_id, span_id=span_id).order_by("at", "rank")
    return tuple(mark_of(access) for access in found[:MAX_MEMORIES])


def _why_gone(span: Span) -> Literal["erased", "expired"]:
    """Of an erased subject nothing was kept, or what was kept cannot be opened any more."""
    if span.block_id is None:
        return "erased"
    is_sealed = SpanContent.objects.filter(day=span.start_time.date(), id=span.block_id).exists()
    return "erased" if is_sealed else "expired"


def _moment(unix_ns: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=unix_ns // 1000)

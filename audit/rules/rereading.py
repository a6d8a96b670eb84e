"""Stored spans read anew by the rules of today, from the newest to the oldest. Changes nothing.

A span says again what it said when it arrived, as far as its content is still kept. Of one whose
content is gone only the cost is reckoned anew, from the figures in its row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q

from audit.dialects.dialect import Op
from audit.dialects.normalise import Meaning
from audit.ingest.content import Document, SpanKey, contents_of
from audit.ingest.record import Source, SpanEvent, SpanLink, SpanRecord
from audit.ingest.row import SpanRow
from audit.models import CostSource, Span, SpanState, SpanStatus
from audit.rules.trace_rules import TraceRules
from console.platform.crypto.envelope import SealBrokenError

BATCH = 500
NARROWEST, WIDER = timedelta(minutes=1), 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk from new to old stands: at all spans before this one."""

    before: datetime
    trace_id: bytes | None = None
    span_id: bytes | None = None

    @classmethod
    def after(cls, span: Span) -> "Place":
        return cls(span.start_time, bytes(span.trace_id), bytes(span.span_id))


class Figures(NamedTuple):
    """The columns of a span that follow from how it is read, by their names."""

    op: str
    dialect: str
    agent: str
    conversation: str
    tool: str
    model: str
    provider: str
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cost_nanos: int | None
    cost_source: str
    status: str
    error_type: str
    memory_store: str
    memory_count: int | None

    @classmethod
    def stored(cls, span: Span) -> "Figures":
        return cls(*(getattr(span, name) for name in cls._fields))


@dataclass(frozen=True, slots=True)
class Reread:
    """A stored span as it was read, and as it is read today."""

    stored: Span
    before: SpanRow
    after: SpanRow
    figures: Figures
    has_content: bool

    @property
    def is_changed(self) -> bool:
        return self.figures != Figures.stored(self.stored)


def newest_before(place: Place, since: datetime, limit: int) -> list[Span]:
    """Up to `limit` spans, the newest first. Spans are many, so days are looked into by pieces."""
    width = NARROWEST
    while True:
        oldest = max(since, place.before - width)
        found = Span.objects.filter(_before(place), start_time__gte=oldest)
        spans = list(found.order_by("-start_time", "-trace_id", "-span_id")[:limit])
        if len(spans) == limit or oldest <= since:
            return spans
        width *= WIDER


def _before(place: Place) -> Q:
    at = place.before
    if place.trace_id is None:
        return Q(start_time__lt=at)
    same = Q(start_time=at)
    return Q(start_time__lte=at) & (
        Q(start_time__lt=at)
        | same & Q(trace_id__lt=place.trace_id)
        | same & Q(trace_id=place.trace_id, span_id__lt=place.span_id)
    )


def reread(spans: Sequence[Span], rules: TraceRules) -> list[Reread]:
    contents = _contents(spans)
    return [
        _reread(span, contents.get((bytes(span.trace_id), bytes(span.span_id))), rules)
        for span in spans
    ]


def _contents(spans: Sequence[Span]) -> dict[SpanKey, Document]:
    """One block that does not open must not end a replay: its spans have no content then."""
    try:
        return contents_of(spans)
    except (SealBrokenError, ValueError):
        pass
    found: dict[SpanKey, Document] = {}
    for block_id in {span.block_id for span in spans}:
        try:
            found |= contents_of([span for span in spans if span.block_id == block_id])
        except (SealBrokenError, ValueError):
            continue
    return found


def _reread(span: Span, document: Document | None, rules: TraceRules) -> Reread:
    record = record_of(span, document or {})
    before = _row(span, record, _meaning(span), span.cost_nanos, span.cost_source)
    if document:
        meaning = rules.meaning(record)
        after = _row(span, record, meaning, *rules.cost_nanos(meaning, span.start_ns))
        return Reread(span, before, after, _figures(after), has_content=True)
    cost, source = before.cost_nanos, before.cost_source
    if source is not CostSource.REPORTED:
        cost, source = rules.priced(before.meaning, span.start_ns)
    after = _row(span, record, before.meaning, cost, source)
    figures = Figures.stored(span)._replace(cost_nanos=cost, cost_source=source or "")
    return Reread(span, before, after, figures, has_content=False)


def _row(
    span: Span,
    record: SpanRecord,
    meaning: Meaning,
    cost_nanos: int | None,
    cost_source: str | None,
) -> SpanRow:
    key = (record.trace_id, record.span_id, span.start_ns // 1000)
    end_ns = span.start_ns + (span.duration_ns or 0)
    source = CostSource(cost_source) if cost_source else None
    running = span.state == SpanState.RUNNING
    return SpanRow(key, record, meaning, running, end_ns, cost_nanos, source)


def _meaning(span: Span) -> Meaning:
    """As it was stored. Which memories it touched, its row does not tell."""
    return Meaning(
        op=Op(span.op),
        dialect=span.dialect,
        agent=span.agent or None,
        conversation=span.conversation or None,
        session=None,
        tool=span.tool or None,
        model=span.model or None,
        input_tokens=span.input_tokens,
        output_tokens=span.output_tokens,
        provider=span.provider or None,
        subject=None,
        cache_read_tokens=span.cache_read_tokens,
        cache_write_tokens=span.cache_write_tokens,
        cost_nanos=None,
        is_error=span.status == SpanStatus.ERROR,
        error_type=span.error_type or None,
        memory=None,
    )


def record_of(span: Span, document: Document) -> SpanRecord:
    scope = document.get("scope", {})
    status = document.get("status", {})
    return SpanRecord(
        trace_id=bytes(span.trace_id),
        span_id=bytes(span.span_id),
        parent_id=bytes(span.parent_id) if span.parent_id else None,
        name=span.name,
        kind=span.kind,
        trace_state=document.get("traceState", ""),
        start_ns=span.start_ns,
        end_ns=document.get("endTimeUnixNano", 0),
        status_code=status.get("code", 0),
        status_message=status.get("message", ""),
        attributes=document.get("attributes", {}),
        events=tuple(_events(document.get("events", ()))),
        links=tuple(_links(document.get("links", ()))),
        source=Source(
            resource=document.get("resource", {}),
            scope_name=scope.get("name", ""),
            scope_version=scope.get("version", ""),
            scope_attributes=scope.get("attributes", {}),
            schema_url=document.get("schemaUrl", ""),
        ),
    )


def _events(events: Iterable[dict[str, Any]]) -> Iterable[SpanEvent]:
    return (SpanEvent(one["timeUnixNano"], one["name"], one["attributes"]) for one in events)


def _links(links: Iterable[dict[str, Any]]) -> Iterable[SpanLink]:
    return (
        SpanLink(bytes.fromhex(one["traceId"]), bytes.fromhex(one["spanId"]), one["attributes"])
        for one in links
    )


def _figures(row: SpanRow) -> Figures:
    meaning, memory = row.meaning, row.meaning.memory
    return Figures(
        op=meaning.op,
        dialect=meaning.dialect,
        agent=meaning.agent or "",
        conversation=meaning.conversation or "",
        tool=meaning.tool or "",
        model=meaning.model or "",
        provider=meaning.provider or "",
        input_tokens=meaning.input_tokens,
        output_tokens=meaning.output_tokens,
        cache_read_tokens=meaning.cache_read_tokens,
        cache_write_tokens=meaning.cache_write_tokens,
        cost_nanos=row.cost_nanos,
        cost_source=row.cost_source or "",
        status=row.status,
        error_type=meaning.error_type or "",
        memory_store=(memory.store or "") if memory else "",
        memory_count=memory.count if memory else None,
    )

"""A run's spans with what they said, in pages: a run of any length is never held whole.

Each page is a transaction of its own: a slow reader must hold none open, and the database forgets
between them whose data they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Q

from audit.ingest.content import Document, SpanKey, contents_of
from audit.models import Run, Span
from audit.rules.setting import retention_of_tenant
from audit.timelines.started import BY_START, spans_of, started_after
from console.platform.clock import now
from console.tenancy.scope import tenant_scope

PAGE = 500
# A span's content is read with the whole block it stands in; so many are open at a time.
MOST_BLOCKS = 16


class Missing(StrEnum):
    """Why it is not told what a span said."""

    RETENTION = "past_retention"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Told:
    """A span, and what it said, or why that is not told."""

    span: Span
    said: Document
    missing: Missing | None


def pages_of(run: Run, tenant_id: UUID) -> Iterator[list[Told]]:
    """In the order they started. Opens scopes of its own: to be read outside of any."""
    last: Span | None = None
    while True:
        with tenant_scope(tenant_id):
            spans = spans_of(run).order_by(*BY_START)
            found = list((spans if last is None else spans.filter(_after(last)))[:PAGE])
            page = told_of(found)
        if page:
            yield page
        if len(found) < PAGE:
            return
        last = found[-1]


def told_of(spans: Sequence[Span]) -> list[Told]:
    """In their order, in the tenant at hand."""
    said = _contents(spans)
    kept_since = _kept_since()
    return [
        _told(span, said.get((bytes(span.trace_id), bytes(span.span_id))), kept_since)
        for span in spans
    ]


def _told(span: Span, said: Document | None, kept_since: datetime) -> Told:
    if said is not None:
        return Told(span, said, None)
    return Told(span, {}, Missing.RETENTION if span.start_time < kept_since else Missing.ERASED)


def _contents(spans: Sequence[Span]) -> dict[SpanKey, Document]:
    by_block: dict[UUID, list[Span]] = {}
    for span in spans:
        if span.block_id is not None:
            by_block.setdefault(span.block_id, []).append(span)
    blocks, said = list(by_block.values()), {}
    for at in range(0, len(blocks), MOST_BLOCKS):
        several = blocks[at : at + MOST_BLOCKS]
        said.update(contents_of([span for of_one in several for span in of_one]))
    return said


def _kept_since() -> datetime:
    """The start of the oldest day whose content is kept."""
    day = now().astimezone(UTC).date() - timedelta(days=retention_of_tenant().content_days)
    return datetime.combine(day, time.min, UTC)


def _after(last: Span) -> Q:
    return started_after(last.start_ns, bytes(last.trace_id), bytes(last.span_id))

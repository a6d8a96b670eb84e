from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class MemoryTouch:
    """A memory that a step read or wrote. `said_by` the memory API, or only by the span itself."""

    memory_id: str
    access: str
    said_by: str | None
    version: int | None
    rank: int | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Span:
    """One step of a run; ids are hexadecimal."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    kind: str | None
    state: str | None
    failed: bool
    error_type: str | None
    memories: tuple[MemoryTouch, ...]
    started_at: datetime | None
    ended_at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


def span(body: JsonObject) -> Span:
    return Span(
        trace_id=decode.text(body, "trace_id"),
        span_id=decode.text(body, "span_id"),
        parent_span_id=decode.text_or_none(body, "parent_span_id"),
        name=decode.text(body, "name"),
        kind=decode.text_or_none(body, "kind"),
        state=decode.text_or_none(body, "state"),
        failed=body.get("failed") is True,
        error_type=decode.text_or_none(body, "error_type"),
        memories=tuple(_touch(item) for item in decode.objects(body, "memories")),
        started_at=decode.instant(body, "started_at"),
        ended_at=decode.instant(body, "ended_at"),
        raw=body,
    )


def _touch(body: JsonObject) -> MemoryTouch:
    return MemoryTouch(
        memory_id=decode.text(body, "memory_id"),
        access=decode.text(body, "access"),
        said_by=decode.text_or_none(body, "said_by"),
        version=decode.integer(body, "version"),
        rank=decode.integer(body, "rank"),
        score=decode.number(body, "score"),
    )

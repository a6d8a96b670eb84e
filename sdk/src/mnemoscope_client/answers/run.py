from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class Run:
    """One conversation or job of an agent, stitched from its traces."""

    id: str
    agent: str | None
    state: str | None
    started_at: datetime | None
    ended_at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Span:
    span_id: str
    trace_id: str
    parent_span_id: str | None
    name: str
    kind: str | None
    started_at: datetime | None
    ended_at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


def run(body: JsonObject) -> Run:
    return Run(
        id=decode.text(body, "id"),
        agent=decode.text_or_none(body, "agent"),
        state=decode.text_or_none(body, "state"),
        started_at=decode.instant(body, "started_at"),
        ended_at=decode.instant(body, "ended_at"),
        raw=body,
    )


def span(body: JsonObject) -> Span:
    return Span(
        span_id=decode.text(body, "span_id"),
        trace_id=decode.text(body, "trace_id"),
        parent_span_id=decode.text_or_none(body, "parent_span_id"),
        name=decode.text(body, "name"),
        kind=decode.text_or_none(body, "kind"),
        started_at=decode.instant(body, "started_at"),
        ended_at=decode.instant(body, "ended_at"),
        raw=body,
    )

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class Run:
    """What an agent did under one conversation, session or trace, named by `key`."""

    id: str
    name: str
    state: str
    agent: str | None
    service: str | None
    key: str | None
    started_at: datetime | None
    ended_at: datetime | None
    heartbeat_at: datetime | None
    spans: int | None
    errors: int | None
    cost_nanos: int | None
    memory_reads: int | None
    memory_writes: int | None
    raw: JsonObject = field(repr=False, compare=False)


def run(body: JsonObject) -> Run:
    return Run(
        id=decode.text(body, "id"),
        name=decode.text(body, "name"),
        state=decode.text(body, "state"),
        agent=decode.text_or_none(body, "agent"),
        service=decode.text_or_none(body, "service"),
        key=decode.text_or_none(body, "key"),
        started_at=decode.instant(body, "started_at"),
        ended_at=decode.instant(body, "ended_at"),
        heartbeat_at=decode.instant(body, "heartbeat_at"),
        spans=decode.integer(body, "spans"),
        errors=decode.integer(body, "errors"),
        cost_nanos=decode.integer(body, "cost_nanos"),
        memory_reads=decode.integer(body, "memory_reads"),
        memory_writes=decode.integer(body, "memory_writes"),
        raw=body,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run went, as it stands on record."""

    id: str
    run_id: str
    result: str
    score: float | None
    reported_at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


def outcome(body: JsonObject) -> Outcome:
    return Outcome(
        id=decode.text(body, "id"),
        run_id=decode.text(body, "run_id"),
        result=decode.text(body, "result"),
        score=decode.number(body, "score"),
        reported_at=decode.instant(body, "reported_at"),
        raw=body,
    )


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What became of a sign of life. Unheard of until `stuck_at`, the run counts as stuck."""

    run_id: str
    state: str
    heartbeat_at: datetime | None
    stuck_at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


def heard(body: JsonObject) -> Heartbeat:
    return Heartbeat(
        run_id=decode.text(body, "run_id"),
        state=decode.text(body, "state"),
        heartbeat_at=decode.instant(body, "heartbeat_at"),
        stuck_at=decode.instant(body, "stuck_at"),
        raw=body,
    )

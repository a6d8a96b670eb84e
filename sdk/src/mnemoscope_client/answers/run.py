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
    spans: int | None
    errors: int | None
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
        spans=decode.integer(body, "spans"),
        errors=decode.integer(body, "errors"),
        memory_reads=decode.integer(body, "memory_reads"),
        memory_writes=decode.integer(body, "memory_writes"),
        raw=body,
    )

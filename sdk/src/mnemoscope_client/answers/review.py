from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.answers.memory import MemoryVersion, memory_version
from mnemoscope_client.answers.reason import Reason, reasons
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class Review:
    """A version that waits for a person, or waited, until `due_at` if its queue has its way.

    `clock` says how that stands: in_time, due_soon or breached. While somebody decides it
    `claimed_by` is their name, and `claimed_until` when it is free again.

    The texts are there when it was asked for by its id: `proposed` would take effect, `current`
    is in force of the same memory, `contradicted` is what another memory says.
    """

    id: str
    status: str
    kind: str | None
    risk: float | None
    reasons: tuple[Reason, ...]
    memory_id: str
    memory_state: str | None
    version: int
    contradicts_id: str | None
    content_digest: str | None
    agent_name: str | None
    subject: str | None
    queue: str | None
    priority: str | None
    created_at: datetime | None
    due_at: datetime | None
    clock: str | None
    claimed_by: str | None
    claimed_until: datetime | None
    closed_at: datetime | None
    proposed: MemoryVersion | None
    current: MemoryVersion | None
    contradicted: MemoryVersion | None
    raw: JsonObject = field(repr=False, compare=False)


def review(body: JsonObject) -> Review:
    claim = decode.mapping(body, "claim")
    return Review(
        id=decode.text(body, "id"),
        status=decode.text(body, "status"),
        kind=decode.text_or_none(body, "kind"),
        risk=decode.number(body, "risk"),
        reasons=reasons(body),
        memory_id=decode.text(body, "memory_id"),
        memory_state=decode.text_or_none(body, "memory_state"),
        version=decode.whole(body, "version"),
        contradicts_id=decode.text_or_none(body, "contradicts_id"),
        content_digest=decode.text_or_none(body, "content_digest"),
        agent_name=decode.text_or_none(body, "agent_name"),
        subject=decode.text_or_none(body, "subject"),
        queue=decode.text_or_none(body, "queue"),
        priority=decode.text_or_none(body, "priority"),
        created_at=decode.instant(body, "created_at"),
        due_at=decode.instant(body, "due_at"),
        clock=decode.text_or_none(body, "clock"),
        claimed_by=decode.text_or_none(claim, "name"),
        claimed_until=decode.instant(claim, "until"),
        closed_at=decode.instant(body, "closed_at"),
        proposed=_version(body, "proposed"),
        current=_version(body, "current"),
        contradicted=_version(body, "contradicted"),
        raw=body,
    )


def next_review(body: JsonObject) -> Review | None:
    said = decode.mapping(body, "review")
    return review(said) if said else None


def _version(body: JsonObject, name: str) -> MemoryVersion | None:
    said = decode.mapping(body, name)
    return memory_version(said) if said else None

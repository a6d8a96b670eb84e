from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.answers.memory import MemoryVersion, memory_version
from mnemoscope_client.answers.reason import Reason, reasons
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class Review:
    """A version that waits for a person, or waited. `risk`, 0 to 1, orders the queue.

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
    created_at: datetime | None
    closed_at: datetime | None
    proposed: MemoryVersion | None
    current: MemoryVersion | None
    contradicted: MemoryVersion | None
    raw: JsonObject = field(repr=False, compare=False)


def review(body: JsonObject) -> Review:
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
        created_at=decode.instant(body, "created_at"),
        closed_at=decode.instant(body, "closed_at"),
        proposed=_version(body, "proposed"),
        current=_version(body, "current"),
        contradicted=_version(body, "contradicted"),
        raw=body,
    )


def _version(body: JsonObject, name: str) -> MemoryVersion | None:
    said = decode.mapping(body, name)
    return memory_version(said) if said else None

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.calls import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Memory:
    """One memory as it now stands."""

    id: str
    state: str
    version: int
    content: str | None
    value: Json
    kind: str | None
    tier: str | None
    namespace: tuple[str, ...]
    key: str | None
    subject: str | None
    agent: str | None
    visibility: str | None
    metadata: JsonObject
    confidence: float | None
    source: str | None
    derived_from: tuple[str, ...]
    valid_from: datetime | None
    valid_to: datetime | None
    expires_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)

    @property
    def is_active(self) -> bool:
        return self.state == "active"


@dataclass(frozen=True, slots=True)
class MemoryVersion:
    """What a memory said at one version: never changed, only followed."""

    version: int
    content: str | None
    value: Json
    metadata: JsonObject
    reason: str | None
    created_at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


def memory(body: JsonObject) -> Memory:
    return Memory(
        id=decode.text(body, "id"),
        state=decode.text(body, "state"),
        version=decode.integer(body, "version") or 0,
        content=decode.text_or_none(body, "content"),
        value=body.get("value"),
        kind=decode.text_or_none(body, "kind"),
        tier=decode.text_or_none(body, "tier"),
        namespace=decode.texts(body, "namespace"),
        key=decode.text_or_none(body, "key"),
        subject=decode.text_or_none(body, "subject"),
        agent=decode.text_or_none(body, "agent"),
        visibility=decode.text_or_none(body, "visibility"),
        metadata=decode.mapping(body, "metadata"),
        confidence=decode.number(body, "confidence"),
        source=decode.text_or_none(body, "source"),
        derived_from=decode.texts(body, "derived_from"),
        valid_from=decode.instant(body, "valid_from"),
        valid_to=decode.instant(body, "valid_to"),
        expires_at=decode.instant(body, "expires_at"),
        created_at=decode.instant(body, "created_at"),
        updated_at=decode.instant(body, "updated_at"),
        raw=body,
    )


def memory_version(body: JsonObject) -> MemoryVersion:
    return MemoryVersion(
        version=decode.integer(body, "version") or 0,
        content=decode.text_or_none(body, "content"),
        value=body.get("value"),
        metadata=decode.mapping(body, "metadata"),
        reason=decode.text_or_none(body, "reason"),
        created_at=decode.instant(body, "created_at"),
        raw=body,
    )

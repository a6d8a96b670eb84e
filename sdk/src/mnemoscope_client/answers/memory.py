from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mnemoscope_client import decode
from mnemoscope_client.calls import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryVersion:
    """What a memory said at one version, and the step that wrote it: never changed, only followed.

    `trace_id` and `span_id` are W3C ids in hexadecimal, where the writer sent its context.
    """

    version: int
    content: str
    value: Json
    metadata: JsonObject
    confidence: float | None
    importance: float | None
    source: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    derived_from: tuple[str, ...]
    content_digest: str | None
    author: str | None
    trace_id: str | None
    span_id: str | None
    created_at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory(MemoryVersion):
    """One memory as it now stands: what its version in force says, where it belongs, its state."""

    id: str
    state: str
    kind: str | None
    tier: str | None
    visibility: str | None
    namespace: tuple[str, ...]
    key: str | None
    run: str | None
    subject: str | None
    agent: str | None
    agent_name: str | None
    supersedes: str | None
    expires_at: datetime | None
    updated_at: datetime | None

    @property
    def is_active(self) -> bool:
        return self.state == "active"


def memory_version(body: JsonObject) -> MemoryVersion:
    return MemoryVersion(**_said(body))


def memory(body: JsonObject) -> Memory:
    return Memory(
        **_said(body),
        id=decode.text(body, "id"),
        state=decode.text(body, "state"),
        kind=decode.text_or_none(body, "kind"),
        tier=decode.text_or_none(body, "tier"),
        visibility=decode.text_or_none(body, "visibility"),
        namespace=decode.texts(body, "namespace"),
        key=decode.text_or_none(body, "key"),
        run=decode.text_or_none(body, "run"),
        subject=decode.text_or_none(body, "subject"),
        agent=decode.text_or_none(body, "agent"),
        agent_name=decode.text_or_none(body, "agent_name"),
        supersedes=decode.text_or_none(body, "supersedes"),
        expires_at=decode.instant(body, "expires_at"),
        updated_at=decode.instant(body, "updated_at"),
    )


def _said(body: JsonObject) -> dict[str, Any]:
    provenance = decode.mapping(body, "provenance")
    return {
        "version": decode.whole(body, "version"),
        "content": decode.text(body, "content"),
        "value": body.get("value"),
        "metadata": decode.mapping(body, "metadata"),
        "confidence": decode.number(body, "confidence"),
        "importance": decode.number(body, "importance"),
        "source": decode.text_or_none(body, "source"),
        "valid_from": decode.instant(body, "valid_from"),
        "valid_to": decode.instant(body, "valid_to"),
        "derived_from": decode.texts(body, "derived_from"),
        "content_digest": decode.text_or_none(body, "content_digest"),
        "author": decode.text_or_none(decode.mapping(provenance, "author"), "label"),
        "trace_id": decode.text_or_none(provenance, "trace_id"),
        "span_id": decode.text_or_none(provenance, "span_id"),
        "created_at": decode.instant(body, "created_at"),
        "raw": body,
    }

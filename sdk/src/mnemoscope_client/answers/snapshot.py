from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A scope as it was at `as_of`, read-only, until `expires_at`. It holds no content."""

    id: str
    name: str
    subject: str | None
    namespace: tuple[str, ...]
    filters: JsonObject
    as_of: datetime | None
    item_count: int | None
    expires_at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SnapshotItem:
    """A memory by its id, with the version in force then and its state then."""

    id: str
    version: int
    state: str
    raw: JsonObject = field(repr=False, compare=False)


def snapshot(body: JsonObject) -> Snapshot:
    return Snapshot(
        id=decode.text(body, "id"),
        name=decode.text(body, "name"),
        subject=decode.text_or_none(body, "subject"),
        namespace=decode.texts(body, "namespace"),
        filters=decode.mapping(body, "filters"),
        as_of=decode.instant(body, "as_of"),
        item_count=decode.integer(body, "item_count"),
        expires_at=decode.instant(body, "expires_at"),
        raw=body,
    )


def snapshot_item(body: JsonObject) -> SnapshotItem:
    return SnapshotItem(
        id=decode.text(body, "id"),
        version=decode.whole(body, "version"),
        state=decode.text(body, "state"),
        raw=body,
    )

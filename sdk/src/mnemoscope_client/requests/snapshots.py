from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from mnemoscope_client import decode
from mnemoscope_client.answers.snapshot import Snapshot, SnapshotItem, snapshot, snapshot_item
from mnemoscope_client.calls import Call, Json, JsonObject, Page, Replay, keyed, one, params
from mnemoscope_client.requests.fields import rfc3339, segments


def create(
    name: str,
    *,
    subject: str | None = None,
    namespace: Sequence[str] | None = None,
    filters: JsonObject | None = None,
    as_of: datetime | None = None,
    ttl: int | timedelta | None = None,
    reason: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Snapshot]:
    """Keep a scope as it was under a name, for `recall(…, snapshot=name)`: a person's key only."""
    asked: dict[str, Json] = {
        "name": name,
        "subject": subject,
        "namespace": None if namespace is None else segments(namespace),
        "filters": filters,
        "as_of": None if as_of is None else rfc3339(as_of),
        "ttl": int(ttl.total_seconds()) if isinstance(ttl, timedelta) else ttl,
        "reason": reason,
    }
    return Call(
        "POST",
        "snapshots",
        snapshot,
        body={field: value for field, value in asked.items() if value is not None},
        headers=keyed(idempotency_key),
    )


def list_snapshots(*, page_size: int | None = None) -> Call[Page[Snapshot]]:
    """Newest first. An expired one is gone."""
    return Call("GET", "snapshots", decode.page_of(snapshot), params=params(limit=page_size))


def get(snapshot_id: str) -> Call[Snapshot]:
    return Call("GET", one("snapshots", snapshot_id), snapshot)


def items(snapshot_id: str, *, page_size: int | None = None) -> Call[Page[SnapshotItem]]:
    """The memories it names."""
    return Call(
        "GET",
        one("snapshots", snapshot_id, "items"),
        decode.page_of(snapshot_item),
        params=params(limit=page_size),
    )


def delete(snapshot_id: str, *, reason: str | None = None) -> Call[None]:
    """The memories it names stay as they are."""
    return Call(
        "DELETE",
        one("snapshots", snapshot_id),
        lambda _: None,
        params=params(reason=reason),
        replay=Replay.ONLY_IF_NOT_RECEIVED,
    )

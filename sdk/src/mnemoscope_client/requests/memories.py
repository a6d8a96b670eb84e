from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Unpack

from mnemoscope_client import decode
from mnemoscope_client.answers.memory import Memory, MemoryVersion, memory, memory_version
from mnemoscope_client.answers.write import WriteResult, batch_results, write_result
from mnemoscope_client.calls import (
    Call,
    Json,
    JsonObject,
    MemoryOperation,
    Page,
    Replay,
    keyed,
    one,
    params,
)
from mnemoscope_client.requests.fields import (
    UNSET,
    MemoryFields,
    NewMemory,
    Unset,
    encoded,
    segments,
)
from mnemoscope_client.signing import Purpose

DEFAULT_STORE = "default"


def write(
    content: str | None = None,
    *,
    idempotency_key: str | None = None,
    **fields: Unpack[MemoryFields],
) -> Call[WriteResult]:
    """Propose one memory. The answer says whether it is active, or waits, and why."""
    body = encoded(fields)
    if content is not None:
        body["content"] = content
    return Call(
        "POST",
        "memories",
        write_result,
        body=body,
        headers=keyed(idempotency_key),
        operation=MemoryOperation(
            "create_memory", store=store_of(fields.get("namespace")), count=1, records=_written
        ),
        signed_for=Purpose("write"),
    )


def batch(
    memories: Iterable[NewMemory], *, idempotency_key: str | None = None
) -> Call[tuple[WriteResult, ...]]:
    """Propose several. One that is refused does not stop the others: look at each result."""
    bodies = [encoded(item) for item in memories]
    stores = {store_of(segments_of(body)) for body in bodies}
    return Call(
        "POST",
        "memories/batch",
        batch_results,
        body={"memories": bodies},
        headers=keyed(idempotency_key),
        operation=MemoryOperation(
            "create_memory",
            store=stores.pop() if len(stores) == 1 else None,
            count=len(bodies),
            records=lambda results: [item.id for item in results if item.id],
        ),
        signed_for=Purpose("write", each="memories"),
    )


def list_memories(
    *,
    namespace: Sequence[str] = (),
    subject: str | None = None,
    kind: str | None = None,
    tier: str | None = None,
    state: str | None = None,
    key: str | None = None,
    agent: str | None = None,
    filters: JsonObject | None = None,
    page_size: int | None = None,
) -> Call[Page[Memory]]:
    """Every memory that fits, fetched page by page as it is iterated. `filters` as in a recall."""
    place = tuple(("namespace", segment) for segment in segments(namespace))
    named = params(
        subject=subject,
        kind=kind,
        tier=tier,
        state=state,
        key=key,
        agent=agent,
        filter=None if filters is None else json.dumps(filters),
        limit=page_size,
    )
    return Call("GET", "memories", decode.page_of(memory), params=place + named)


def get(memory_id: str) -> Call[Memory]:
    return Call("GET", one("memories", memory_id), memory)


def revise(
    memory_id: str,
    *,
    expected_version: int,
    content: str | Unset = UNSET,
    value: Json | Unset = UNSET,
    metadata: JsonObject | Unset = UNSET,
    confidence: float | Unset | None = UNSET,
    importance: float | Unset | None = UNSET,
    ttl: int | timedelta | Unset = UNSET,
    expires_at: datetime | Unset = UNSET,
    valid_from: datetime | Unset | None = UNSET,
    valid_to: datetime | Unset | None = UNSET,
    source: str | Unset = UNSET,
    derived_from: Sequence[str] | Unset = UNSET,
    reason: str | None = None,
) -> Call[WriteResult]:
    """Propose the next version. Raises StaleVersionError if another is in force by now."""
    changes = {
        "content": content,
        "value": value,
        "metadata": metadata,
        "confidence": confidence,
        "importance": importance,
        "ttl": ttl,
        "expires_at": expires_at,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "source": source,
        "derived_from": derived_from,
    }
    body = {**encoded(changes), "expected_version": expected_version}
    if reason is not None:
        body["reason"] = reason
    return Call(
        "PATCH",
        one("memories", memory_id),
        write_result,
        body=body,
        headers={"If-Match": f'"{expected_version}"'},
        replay=Replay.ONLY_IF_NOT_RECEIVED,
        operation=_update(memory_id),
        signed_for=Purpose("change", str(memory_id).lower(), expected_version),
    )


def delete(memory_id: str, *, reason: str | None = None) -> Call[None]:
    """Nobody recalls or reads it from now on; its history stays as evidence."""
    return Call(
        "DELETE",
        one("memories", memory_id),
        lambda _: None,
        params=params(reason=reason),
        replay=Replay.ONLY_IF_NOT_RECEIVED,
        operation=MemoryOperation("delete_memory", record_id=str(memory_id), count=1),
    )


def versions(memory_id: str, *, page_size: int | None = None) -> Call[Page[MemoryVersion]]:
    """Newest first."""
    return Call(
        "GET",
        one("memories", memory_id, "versions"),
        decode.page_of(memory_version),
        params=params(limit=page_size),
    )


def restore(
    memory_id: str, *, version: int, reason: str, idempotency_key: str | None = None
) -> Call[WriteResult]:
    """Propose what an earlier version says as the next one; nothing in between is lost."""
    return Call(
        "POST",
        one("memories", memory_id, "restore"),
        write_result,
        body={"version": version, "reason": reason},
        headers=keyed(idempotency_key),
        operation=_update(memory_id),
        signed_for=Purpose("restore", str(memory_id).lower()),
    )


def expire(memory_id: str, *, reason: str, idempotency_key: str | None = None) -> Call[WriteResult]:
    """End a memory now: kept and provable, never recalled again."""
    return Call(
        "POST",
        one("memories", memory_id, "expire"),
        write_result,
        body={"reason": reason},
        headers=keyed(idempotency_key),
        operation=_update(memory_id),
    )


def merge(
    memory_ids: Sequence[str],
    content: str,
    *,
    reason: str | None = None,
    idempotency_key: str | None = None,
) -> Call[WriteResult]:
    """Propose one memory for several about the same subject. They end when it takes effect."""
    body: dict[str, Json] = {"memories": list(memory_ids), "content": content}
    if reason is not None:
        body["reason"] = reason
    return Call(
        "POST",
        "memories/merge",
        write_result,
        body=body,
        headers=keyed(idempotency_key),
        operation=MemoryOperation("create_memory", store=_store_written, count=1, records=_written),
        signed_for=Purpose("write"),
    )


def store_of(namespace: Sequence[str] | None) -> str:
    return "/".join(segments(namespace or ())) or DEFAULT_STORE


def segments_of(body: JsonObject) -> tuple[str, ...]:
    return decode.texts(body, "namespace")


def _update(memory_id: str) -> MemoryOperation[WriteResult]:
    return MemoryOperation("update_memory", store=_store_written, record_id=memory_id, count=1)


def _written(result: WriteResult) -> list[str]:
    return [result.id] if result.id else []


def _store_written(result: WriteResult) -> str:
    return store_of(result.namespace)

"""Verifying again what was accepted before, for verify_memories, the API and the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from console.keys.signing import OpenSigningKey, signing_keys_by_id
from memory.models import MemoryVersion, WriteSignature
from memory.signing.statement import PREFIX, authentic


@dataclass(frozen=True, slots=True)
class StoredSignature:
    """`is_valid` is None for an erased version: nothing is left to verify."""

    key_id: str
    at: datetime
    is_valid: bool | None


def stored_signatures(versions: Sequence[MemoryVersion]) -> dict[UUID, StoredSignature]:
    """Of opened versions, by version; those never signed are left out. At most two statements."""
    rows = {row.id: row for row in WriteSignature.objects.filter(id__in=[v.id for v in versions])}
    keys = signing_keys_by_id({row.signing_key_id for row in rows.values()}) if rows else {}
    checked = {}
    for version in versions:
        row = rows.get(version.id)
        if row is not None:
            checked[version.id] = _verified(version, row, keys[row.signing_key_id])
        elif version.opened.statement is not None:
            checked[version.id] = _bereft(version.opened.statement)
    return checked


def verify_stored_signature(version: MemoryVersion) -> StoredSignature | None:
    """Of one opened version; None where it was never signed."""
    return stored_signatures([version]).get(version.id)


def _verified(version: MemoryVersion, row: WriteSignature, key: OpenSigningKey) -> StoredSignature:
    statement = version.opened.statement
    if version.opened.is_erased:
        return StoredSignature(key.key_id, row.signed_at, None)
    holds = (
        statement is not None
        and authentic(key.secret, statement.encode(), bytes(row.value))
        and _is_about(version, row, key, _said(statement))
    )
    return StoredSignature(key.key_id, row.signed_at, holds)


def _is_about(
    version: MemoryVersion, row: WriteSignature, key: OpenSigningKey, said: dict[str, Any]
) -> bool:
    """Whether the statement is this row's, and its words are the version's, before redaction."""
    if said["memory_id"] not in {None, str(version.memory_id)}:
        return False
    if (said["key_id"], said["nonce"]) != (key.key_id, row.nonce):
        return False
    if said["timestamp"] != row.signed_at.timestamp():
        return False
    words = version.opened
    written: str = words.original.get("content", words.content)
    return bool(said["body"].get("content", written) == written)


def _bereft(statement: str) -> StoredSignature:
    """The words say that they were signed, and somebody took the signature away."""
    said = _said(statement)
    return StoredSignature(
        said["key_id"], datetime.fromtimestamp(said["timestamp"], UTC), is_valid=False
    )


def _said(statement: str) -> dict[str, Any]:
    said: dict[str, Any] = orjson.loads(statement.removeprefix(PREFIX.decode()))
    return said

"""Sealing what a version says under its subject's key, and the server's own seal over the row.

The words are encrypted (AES-256-GCM) with the version's identity as associated data; the row
carries an HMAC-SHA-256 of the server, so that an edit behind the application's back is found
(`manage.py verify_memories`).
"""

import hmac
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from console.keys.keyring import Key, Keyring, opening_keys
from console.keys.models import Purpose
from console.platform.crypto.envelope import SealBrokenError, seal, unseal
from console.tenancy.rows import select
from console.tenancy.scope import current_tenant_id
from memory.models import Memory, MemoryVersion, Said, SealedContent

NUMBERED = """
FROM unnest(%s::uuid[], %s::integer[]) AS wanted (memory_id, number)
JOIN memory_memoryversion v ON v.tenant_id = %s
  AND v.memory_id = wanted.memory_id AND v.number = wanted.number
LEFT JOIN memory_sealedcontent s ON s.tenant_id = v.tenant_id AND s.id = v.id
"""
ERASED = Said("", is_erased=True)
# What a memory is from its first version on: no verb changes it.
FOR_GOOD = (
    "namespace",
    "key",
    "run",
    "kind",
    "visibility",
    "subject_id",
    "agent_id",
    "api_key_id",
    "created_at",
)


def content_digest(key: Key, content: str, value: Any) -> bytes:
    """HMAC-SHA-256 over content and value, 32 bytes: what an approval is bound to.

    Equal texts about one subject have equal digests; without the key it tells nothing.
    """
    canonical = orjson.dumps([content, value], option=orjson.OPT_SORT_KEYS)
    return hmac.digest(key.secret, canonical, sha256)


def seal_said(version: MemoryVersion, said: Said, *, key: Key) -> SealedContent:
    plaintext = orjson.dumps(
        [
            said.content,
            said.value,
            said.source,
            said.findings,
            said.original,
            said.statement,
        ]
    )
    ciphertext = seal(key.secret, plaintext, _identity(version, key.id))
    return SealedContent(
        tenant_id=version.tenant_id, id=version.id, key_id=key.id, ciphertext=ciphertext
    )


def open_said(version: MemoryVersion, sealed: SealedContent, *, key: Key) -> Said:
    """Raises SealBrokenError."""
    try:
        plaintext = unseal(key.secret, bytes(sealed.ciphertext), _identity(version, key.id))
    except SealBrokenError as error:
        told = f"Version {version.number} of memory {version.memory_id} does not open."
        raise SealBrokenError(told) from error
    content, value, source, findings, original, statement = orjson.loads(plaintext)
    return Said(content, value, source, findings, original, statement)


def open_versions(versions: Iterable[MemoryVersion]) -> list[MemoryVersion]:
    """Opens what each version says, by two statements. Raises SealBrokenError.

    A version whose words or key are gone is erased: it says nothing.
    """
    opened = list(versions)
    waiting = [version for version in opened if version.said is None]
    if not waiting:
        return opened
    rows = SealedContent.objects.filter(id__in=[version.id for version in waiting])
    sealed = {row.id: row for row in rows}
    open_sealed([(version, sealed.get(version.id)) for version in waiting])
    return opened


def open_numbered(pairs: Collection[tuple[UUID, int]]) -> list[MemoryVersion]:
    """The versions of these memories by these numbers, opened. Raises SealBrokenError."""
    if not pairs:
        return []
    ids, numbers = zip(*pairs, strict=True)
    both = {"v": MemoryVersion, "s": SealedContent}
    found = select(both, NUMBERED, [list(ids), list(numbers), current_tenant_id()])
    open_sealed(found)
    return [version for version, _ in found]


def open_sealed(pairs: Sequence[tuple[MemoryVersion, SealedContent | None]]) -> None:
    """The same of versions whose words were read along, by one statement."""
    keys = opening_keys({row.key_id for _, row in pairs if row})
    for version, row in pairs:
        key = keys.get(row.key_id) if row else None
        version.said = open_said(version, row, key=key) if row and key else ERASED


def sign_row(version: MemoryVersion, memory: Memory, keyring: Keyring) -> None:
    """Sets the server's seal on a version of `memory` that is about to be inserted."""
    key = keyring.current(Purpose.SEAL)
    version.seal_key_id = key.id
    version.seal = row_seal(version, memory, key)


def row_seal(version: MemoryVersion, memory: Memory, key: Key) -> bytes:
    """HMAC-SHA-256 over each column but the seal, and what the memory is for good; 32 bytes."""
    columns = [
        version.tenant_id,
        version.id,
        version.memory_id,
        version.number,
        version.content_digest,
        version.finding_codes,
        version.metadata,
        version.confidence,
        version.importance,
        version.valid_from,
        version.valid_to,
        version.derived_from,
        version.author_kind,
        version.author_id,
        version.author_label,
        version.api_key_id,
        version.trace_id,
        version.span_id,
        version.recorded_at,
        version.seal_key_id,
        *(getattr(memory, name) for name in FOR_GOOD),
    ]
    canonical = json.dumps(_plain(columns), sort_keys=True, separators=(",", ":"), default=_as_text)
    return hmac.digest(key.secret, canonical.encode(), sha256)


def _identity(version: MemoryVersion, key_id: UUID) -> bytes:
    return (
        f"version|{version.tenant_id}|{version.memory_id}|{version.number}|{version.id}|{key_id}"
    ).encode()


def _plain(value: Any) -> Any:
    # The database keeps 1e2, 100.0 and 100 as one number: so does the seal.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)

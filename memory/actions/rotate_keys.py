"""Rotating the keys that memories are sealed under, online, by small transactions.

A rotation makes a new generation and retires the old one, which still opens; then what the old
one holds is moved, some rows at a time. Where it stands is read off the rows, so a rotation that
was killed goes on where it stopped. A retired key is destroyed only after `SAFE_AFTER`: whoever
loaded it before it was retired has lost the database's context by then (`LIFETIME_SECONDS`) and
can seal nothing under it any more.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import orjson

from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.keys.keyring import keyring_for, new_generation, rewrap
from console.keys.models import DataKey, Purpose, SigningKey
from console.keys.signing import rewrap_signing_keys
from console.platform.clock import now
from console.platform.crypto.context import LIFETIME_SECONDS
from console.platform.crypto.root_keys import root_keys
from console.tenancy.rows import execute
from console.tenancy.scope import current_tenant_id
from memory.models import MemoryVersion, SealedContent
from memory.sealing import open_versions, seal_said

SAFE_AFTER = timedelta(seconds=2 * LIFETIME_SECONDS)

MOVE = """
UPDATE memory_sealedcontent AS old SET key_id = new.key_id, ciphertext = new.ciphertext
FROM json_populate_recordset(NULL::memory_sealedcontent, %s::json) AS new
WHERE old.tenant_id = %s AND old.id = new.id AND old.key_id = %s
"""


class KeysChanged(Changes[DataKey | SigningKey]):
    """`rows` counts what was moved or wrapped anew."""

    rows = 0


@audited("key.rotated")
def rotate_key(*, actor: Actor, purpose: Purpose, subject_id: UUID | None = None) -> KeysChanged:
    """A new generation that is used from now on; the one before still opens."""
    actor.require(Permission.KEYS_MANAGE)
    keyring_for([subject_id])
    changed = KeysChanged()
    fresh = new_generation(purpose, subject_id)
    older = DataKey.objects.filter(
        purpose=purpose, subject_id=subject_id, retired_at=None, generation__lt=fresh.generation
    )
    changed.rows = older.update(retired_at=now())
    changed.add(fresh, {"purpose": purpose, "generation": fresh.generation})
    return changed


@audited("key.rewrapped")
def rewrap_keys(*, actor: Actor, limit: int) -> KeysChanged:
    """Wraps some keys anew: by the current root key, or by the tenant's current wrapping key."""
    actor.require(Permission.KEYS_MANAGE)
    changed = KeysChanged()
    living = DataKey.objects.filter(wrapped__isnull=False).order_by("id")
    current = living.filter(purpose=Purpose.WRAP).order_by("-generation").first()
    stale = list(
        living.filter(purpose=Purpose.WRAP).exclude(wrapped_by=root_keys().current)[:limit]
    )
    if current is not None:
        others = living.exclude(purpose=Purpose.WRAP).exclude(wrapped_by=str(current.id))
        stale += list(others[: limit - len(stale)])
    before_by_id = {key.id: key.wrapped_by for key in stale}
    rewrap(stale)
    for key in stale:
        before = before_by_id[key.id]
        # Compare and set: of two rotations at once, one moves this key.
        changed.rows += DataKey.objects.filter(id=key.id, wrapped_by=before).update(
            wrapped=key.wrapped, wrapped_by=key.wrapped_by, rewrapped_at=now()
        )
        changed.add(key, {"purpose": key.purpose, "was_wrapped_by": before})
    if current is not None:
        _rewrap_signing_keys(changed, current, limit=limit - len(stale))
    return changed


def _rewrap_signing_keys(changed: KeysChanged, current: DataKey, *, limit: int) -> None:
    stale = list(SigningKey.objects.exclude(wrapped_by_id=current.id).order_by("id")[:limit])
    before_by_id = {key.id: key.wrapped_by_id for key in stale}
    rewrap_signing_keys(stale)
    for key in stale:
        before = before_by_id[key.id]
        changed.rows += SigningKey.objects.filter(id=key.id, wrapped_by_id=before).update(
            wrapped=key.wrapped, wrapped_by_id=key.wrapped_by_id
        )
        changed.add(key, {"was_wrapped_by": str(before)})


@audited("memory.resealed")
def reseal_memories(*, actor: Actor, key: DataKey, limit: int) -> KeysChanged:
    """Seals some of what stands under the retired `key` anew, under its subject's current one."""
    actor.require(Permission.KEYS_MANAGE)
    changed = KeysChanged()
    held = SealedContent.objects.filter(key_id=key.id).order_by("id")
    ids = list(held.values_list("id", flat=True)[:limit])
    if not ids:
        return changed
    current = keyring_for([key.subject_id]).current(Purpose.CONTENT, key.subject_id)
    versions = open_versions(MemoryVersion.objects.filter(id__in=ids))
    sealed = [seal_said(version, version.opened, key=current) for version in versions]
    execute(MOVE, [_document(sealed), current_tenant_id(), key.id])
    changed.rows = len(sealed)
    changed.add(key, {"rows": len(sealed), "to": str(current.id)})
    return changed


@audited("key.destroyed")
def destroy_retired_keys(*, actor: Actor) -> KeysChanged:
    """Destroys the retired keys under which nothing stands any more, once that is safe."""
    actor.require(Permission.KEYS_MANAGE)
    changed = KeysChanged()
    moment = now()
    retired = DataKey.objects.filter(
        retired_at__lt=moment - SAFE_AFTER,
        destroyed_at=None,
        purpose__in=[Purpose.WRAP, Purpose.CONTENT],
    )
    for key in retired:
        if _is_used(key):
            continue
        DataKey.objects.filter(id=key.id).update(
            wrapped=None, destroyed_at=moment, destroyed_reason="rotated"
        )
        changed.add(key, {"purpose": key.purpose, "generation": key.generation})
    changed.rows = len(changed.changed)
    return changed


def _is_used(key: DataKey) -> bool:
    if key.purpose == Purpose.WRAP:
        wrapped = DataKey.objects.filter(wrapped_by=str(key.id), wrapped__isnull=False)
        return wrapped.exists() or SigningKey.objects.filter(wrapped_by_id=key.id).exists()
    return SealedContent.objects.filter(key_id=key.id).exists()


def _document(sealed: Sequence[SealedContent]) -> str:
    return orjson.dumps(
        [
            {"id": row.id, "key_id": row.key_id, "ciphertext": "\\x" + row.ciphertext.hex()}
            for row in sealed
        ]
    ).decode()

"""Rotating keys, online, by small transactions.

A key that is due gets a successor and is retired: it still opens, and what it holds is moved
(`memory.actions.rekey`). Where all of it stands is read off the rows, so a rotation that was
killed goes on where it stopped. A retired key is destroyed only after `SAFE_AFTER`: whoever
loaded it before it was retired has lost the database's context by then (`LIFETIME_SECONDS`) and
can seal nothing under it any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from audit.models import AuditStream
from audit.trail import Changes, audited, note
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.keys.keyring import make_successors, rewrap
from console.keys.models import DataKey, Purpose, SigningKey
from console.keys.secrets import rewrap_secrets
from console.keys.signing import rewrap_signing_keys
from console.platform.clock import now
from console.platform.crypto.context import LIFETIME_SECONDS
from console.platform.crypto.root_keys import root_keys
from console.tenancy.scope import current_tenant_id
from console.webhooks.models import WebhookSecret
from memory.models import MemoryFingerprint, RecallIndex, SealedContent, SubjectName

Sender = TypeVar("Sender", WebhookSecret, AuditStream)

SAFE_AFTER = timedelta(seconds=2 * LIFETIME_SECONDS)


class KeysChanged(Changes[DataKey | SigningKey | WebhookSecret | AuditStream]):
    """`rows` counts what was moved or wrapped anew."""

    rows = 0


@dataclass(frozen=True, slots=True)
class Ordered:
    """How many `keys` of the tenant `id` are to be rotated."""

    id: UUID
    keys: int

    audit_kind: ClassVar = "tenant"


@audited("key.rotation_ordered")
def order_rotation(*, actor: Actor, purpose: Purpose, subject: Subject | None = None) -> Ordered:
    """Of all keys of a purpose, or of those of one subject. Those due already stay due."""
    actor.require(Permission.KEYS_MANAGE)
    keys = DataKey.objects.filter(purpose=purpose, wrapped__isnull=False, retired_at=None)
    if subject is not None:
        keys = keys.filter(subject_id=subject.id)
    count = keys.update(due_at=now())
    note(purpose=purpose, keys=count, subject_id=str(subject.id) if subject else None)
    return Ordered(current_tenant_id(), count)


def due_keys() -> QuerySet[DataKey]:
    return DataKey.objects.filter(
        due_at__isnull=False, retired_at=None, wrapped__isnull=False
    ).order_by("id")


@audited("key.rotated")
def rotate_due_keys(*, actor: Actor, limit: int) -> KeysChanged:
    """Makes successors, which are used from now on; the keys before them still open."""
    actor.require(Permission.KEYS_MANAGE)
    changed = KeysChanged()
    # Of two rotations at once each takes other keys: a key has one successor.
    due = list(due_keys().select_for_update(of=("self",), skip_locked=True)[:limit])
    if not due:
        return changed
    for before, key in zip(due, make_successors(due), strict=True):
        changed.add(
            key,
            {"purpose": key.purpose, "generation": key.generation, "retired": str(before.id)},
        )
    changed.rows = DataKey.objects.filter(id__in=[key.id for key in due]).update(retired_at=now())
    return changed


@audited("key.rewrapped")
def rewrap_by_root(*, actor: Actor) -> KeysChanged:
    """Wraps the tenant's wrapping keys anew, by the current root key."""
    actor.require(Permission.KEYS_MANAGE)
    wrapping = DataKey.objects.filter(purpose=Purpose.WRAP, wrapped__isnull=False)
    changed = KeysChanged()
    _rewrap(changed, list(wrapping.exclude(wrapped_by=root_keys().current)))
    return changed


@audited("key.rewrapped")
def rewrap_keys(*, actor: Actor, limit: int) -> KeysChanged:
    """Wraps some of the tenant's other keys anew, by its current wrapping key."""
    actor.require(Permission.KEYS_MANAGE)
    changed = KeysChanged()
    current = (
        DataKey.objects.filter(purpose=Purpose.WRAP, wrapped__isnull=False)
        .order_by("-generation")
        .first()
    )
    if current is None:
        return changed
    others = DataKey.objects.filter(wrapped__isnull=False).exclude(purpose=Purpose.WRAP)
    stale = list(others.exclude(wrapped_by=str(current.id)).order_by("id")[:limit])
    _rewrap(changed, stale)
    _rewrap_signing_keys(changed, current, limit=limit - len(stale))
    _rewrap_secrets(changed, current, WebhookSecret)
    _rewrap_secrets(changed, current, AuditStream)
    return changed


def _rewrap(changed: KeysChanged, stale: list[DataKey]) -> None:
    before_by_id = {key.id: key.wrapped_by for key in stale}
    rewrap(stale)
    for key in stale:
        before = before_by_id[key.id]
        # Compare and set: of two rotations at once, one moves this key.
        changed.rows += DataKey.objects.filter(id=key.id, wrapped_by=before).update(
            wrapped=key.wrapped, wrapped_by=key.wrapped_by, rewrapped_at=now()
        )
        changed.add(key, {"purpose": key.purpose, "was_wrapped_by": before})


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


def _rewrap_secrets(changed: KeysChanged, current: DataKey, model: type[Sender]) -> None:
    """All of them: a tenant has few webhooks, and few streams of its audit log."""
    held = model.objects.filter(wrapped__isnull=False)
    stale = list(held.exclude(wrapped_by_id=current.id).order_by("id"))
    before_by_id = {row.id: row.wrapped_by_id for row in stale}
    rewrap_secrets(stale)
    for row in stale:
        before = before_by_id[row.id]
        changed.rows += held.filter(id=row.id, wrapped_by_id=before).update(
            wrapped=row.wrapped, wrapped_by_id=row.wrapped_by_id
        )
        changed.add(row, {"was_wrapped_by": str(before)})


@audited("key.destroyed")
def destroy_retired_keys(*, actor: Actor, limit: int) -> KeysChanged:
    """Destroys some of the retired keys under which nothing stands any more, once that is safe.

    Those of the server's seal and of the audit log stay: what they signed is verified by them.
    """
    actor.require(Permission.KEYS_MANAGE)
    changed = KeysChanged()
    moment = now()
    unused = list(_unused(moment - SAFE_AFTER, limit))
    for key in unused:
        changed.add(key, {"purpose": key.purpose, "generation": key.generation})
    changed.rows = DataKey.objects.filter(id__in=[key.id for key in unused]).update(
        wrapped=None, destroyed_at=moment, destroyed_reason="rotated"
    )
    return changed


def _unused(before: datetime, limit: int) -> Iterator[DataKey]:
    """Of what was retired before that."""
    retired = DataKey.objects.filter(retired_at__lt=before, wrapped__isnull=False)
    held = [model.objects.filter(key_id=OuterRef("id")) for model in (SealedContent, SubjectName)]
    content = retired.filter(*(~Exists(rows) for rows in held), purpose=Purpose.CONTENT)
    yield from content.order_by("id")[:limit]
    for key in retired.filter(purpose=Purpose.WRAP):
        wrapped = DataKey.objects.filter(wrapped_by=str(key.id), wrapped__isnull=False)
        others = [
            model.objects.filter(wrapped_by_id=key.id)
            for model in (SigningKey, WebhookSecret, AuditStream)
        ]
        if not any(rows.exists() for rows in [wrapped, *others]):
            yield key
    for key in retired.filter(purpose=Purpose.INDEX):
        hashed = [
            model.objects.filter(key_generation=key.generation)
            for model in (RecallIndex, MemoryFingerprint, SubjectName)
        ]
        if not any(rows.exists() for rows in hashed):
            yield key

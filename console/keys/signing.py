"""Signing keys of the tenant at hand, wrapped and unwrapped."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from console.accounts.key_text import SIGNING_SCHEME, key_id
from console.keys.keyring import Keyring, Wrapped, keyring_for
from console.keys.models import SigningKey
from console.keys.models.signing_key import signing_associated_data
from console.platform.crypto.envelope import seal, unseal
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

# For people who clean up keys; a write per signature would cost more than it tells.
LAST_USED_RESOLUTION = timedelta(minutes=1)

KEYS = """
SELECT s.id, s.agent_id, s.prefix, s.expires_at, s.revoked_at, s.last_used_at, s.wrapped,
       w.id, w.purpose, w.subject_id, w.generation, w.wrapped, w.wrapped_by, false
FROM keys_signingkey s
JOIN keys_datakey w ON w.tenant_id = s.tenant_id AND w.id = s.wrapped_by_id
WHERE s.tenant_id = %s
"""
BY_PREFIX = KEYS + "AND s.prefix = ANY(%s::text[])"
BY_ID = KEYS + "AND s.id = ANY(%s::uuid[])"
COLUMNS = 7  # of the signing key; the rest is the key that wraps it


@dataclass(frozen=True, slots=True)
class OpenSigningKey:
    """`secret` is the HMAC key: the signing key as its agent has it, in ASCII."""

    id: UUID
    agent_id: UUID
    prefix: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        return key_id(SIGNING_SCHEME, current_tenant_id(), self.prefix)


def wrap_signing_key(key: SigningKey, secret: bytes) -> None:
    """By what wraps now; the row is not saved."""
    wrapping = keyring_for().wrapping
    if wrapping is None:
        raise RuntimeError("keyring_for() makes the wrapping key.")
    key.wrapped_by_id = wrapping.id
    key.wrapped = seal(wrapping.secret, secret, key.associated)


def rewrap_signing_keys(keys: Sequence[SigningKey]) -> None:
    """By what wraps now; the rows are not saved."""
    opened = signing_keys_by_id({key.id for key in keys})
    for key in keys:
        wrap_signing_key(key, opened[key.id].secret)


def signing_keys(prefixes: Collection[str]) -> dict[str, OpenSigningKey]:
    """Those of the tenant with these prefixes, by prefix. One statement."""
    return {key.prefix: key for key in _opened(BY_PREFIX, prefixes)}


def signing_keys_by_id(ids: Collection[UUID]) -> dict[UUID, OpenSigningKey]:
    return {key.id: key for key in _opened(BY_ID, ids)}


def note_signing(keys: Collection[OpenSigningKey], *, at: datetime) -> None:
    """Their last use, to the minute. Belongs into the transaction of an audited write."""
    due = {
        key.id
        for key in keys
        if key.last_used_at is None or at - key.last_used_at > LAST_USED_RESOLUTION
    }
    if due:
        SigningKey.objects.filter(id__in=due).update(last_used_at=at)


def _opened(statement: str, named: Collection[str] | Collection[UUID]) -> list[OpenSigningKey]:
    tenant_id = current_tenant_id()
    return [
        _open(row[:COLUMNS], Wrapped(*row[COLUMNS:]), tenant_id)
        for row in fetch(statement, [tenant_id, list(named)])
    ]


def _open(row: tuple[Any, ...], wrapped_by: Wrapped, tenant_id: UUID) -> OpenSigningKey:
    id_, agent_id, prefix, expires_at, revoked_at, last_used_at, wrapped = row
    wrapping = Keyring([wrapped_by]).wrapping
    if wrapping is None:
        raise RuntimeError(f"The signing key {id_} is wrapped by a key that wraps nothing.")
    associated = signing_associated_data(tenant_id, id_, agent_id, prefix)
    return OpenSigningKey(
        id=id_,
        agent_id=agent_id,
        prefix=prefix,
        expires_at=expires_at,
        revoked_at=revoked_at,
        last_used_at=last_used_at,
        secret=unseal(wrapping.secret, wrapped, associated),
    )

"""Secrets that rows of the tenant at hand carry, wrapped by its wrapping key."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from console.keys.keyring import keyring_for, wrapping_keys
from console.platform.crypto.envelope import seal, unseal


class HoldsSecret(Protocol):
    """A row with a secret: what its wrapping is bound to names the row."""

    id: Any
    wrapped: Any
    wrapped_by_id: Any

    @property
    def associated(self) -> bytes: ...


def wrap_secret(row: HoldsSecret, secret: bytes) -> None:
    """By what wraps now; the row is not saved."""
    wrapping = keyring_for().wrapping
    if wrapping is None:
        raise RuntimeError("keyring_for() makes the wrapping key.")
    row.wrapped_by_id = wrapping.id
    row.wrapped = seal(wrapping.secret, secret, row.associated)


def opened_secrets(rows: Sequence[HoldsSecret]) -> dict[UUID, bytes]:
    """By the rows' ids."""
    keys = wrapping_keys()
    return {
        row.id: unseal(keys[row.wrapped_by_id].secret, bytes(row.wrapped), row.associated)
        for row in rows
    }


def rewrap_secrets(rows: Sequence[HoldsSecret]) -> None:
    """By what wraps now; the rows are not saved."""
    opened = opened_secrets(rows)
    for row in rows:
        wrap_secret(row, opened[row.id])

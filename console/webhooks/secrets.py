"""Secrets of webhooks of the tenant at hand, wrapped and unwrapped."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from console.keys.keyring import keyring_for, wrapping_keys
from console.platform.crypto.envelope import seal, unseal
from console.webhooks.models import WebhookSecret


def wrap_secret(row: WebhookSecret, secret: bytes) -> None:
    """By what wraps now; the row is not saved."""
    wrapping = keyring_for().wrapping
    if wrapping is None:
        raise RuntimeError("keyring_for() makes the wrapping key.")
    row.wrapped_by_id = wrapping.id
    row.wrapped = seal(wrapping.secret, secret, row.associated)


def rewrap_secrets(rows: Sequence[WebhookSecret]) -> None:
    """By what wraps now; the rows are not saved."""
    opened = _opened(rows)
    for row in rows:
        wrap_secret(row, opened[row.id])


def signing_secrets(endpoint_ids: Collection[UUID], *, at: datetime) -> dict[UUID, list[bytes]]:
    """What messages to each endpoint are signed with, the newest first."""
    living = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    rows = list(WebhookSecret.objects.filter(living, endpoint_id__in=endpoint_ids).order_by("-id"))
    opened = _opened(rows)
    secrets: dict[UUID, list[bytes]] = defaultdict(list)
    for row in rows:
        secrets[row.endpoint_id].append(opened[row.id])
    return secrets


def _opened(rows: Sequence[WebhookSecret]) -> dict[UUID, bytes]:
    keys = wrapping_keys()
    return {
        row.id: unseal(keys[row.wrapped_by_id].secret, bytes(row.wrapped), row.associated)
        for row in rows
    }

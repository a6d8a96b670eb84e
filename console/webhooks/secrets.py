"""Secrets of webhooks of the tenant at hand."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from console.keys.secrets import opened_secrets
from console.webhooks.models import WebhookSecret


def signing_secrets(endpoint_ids: Collection[UUID], *, at: datetime) -> dict[UUID, list[bytes]]:
    """What messages to each endpoint are signed with, the newest first."""
    living = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    rows = list(WebhookSecret.objects.filter(living, endpoint_id__in=endpoint_ids).order_by("-id"))
    opened = opened_secrets(rows)
    secrets: dict[UUID, list[bytes]] = defaultdict(list)
    for row in rows:
        secrets[row.endpoint_id].append(opened[row.id])
    return secrets

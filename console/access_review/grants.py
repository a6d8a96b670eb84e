"""Everything that lets somebody or something in, as a reviewer of access sees it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from audit.models import AuditStream
from console.access_review.models import GrantKind
from console.accounts.models import ApiKey, Membership
from console.keys.models import SigningKey
from console.platform.clock import now
from console.webhooks.models import WebhookEndpoint


@dataclass(frozen=True, slots=True)
class Grant:
    """`seen` says what it gives; `holders` are the people whose own it is."""

    kind: GrantKind
    id: UUID
    name: str
    seen: dict[str, Any]
    holders: frozenset[UUID]


def standing_grants() -> Iterator[Grant]:
    """All of the tenant at hand."""
    for kind in GrantKind:
        yield from grants_of(kind)


def grants_of(kind: GrantKind, *, ids: list[UUID] | None = None) -> Iterator[Grant]:
    """Those of one kind that stand, among `ids` where given."""
    find, describe = SOURCES[kind]
    rows = find()
    if ids is not None:
        rows = rows.filter(id__in=ids)
    for row in rows.order_by("id"):
        yield describe(row)


def _members() -> QuerySet[Membership]:
    return Membership.objects.select_related("user")


def _member(member: Membership) -> Grant:
    return Grant(
        GrantKind.MEMBER,
        member.id,
        f"{member.user} ({member.user.email})",
        {"role": member.role, "since": _at(member.created_at)},
        frozenset({member.user_id}),
    )


def _unexpired() -> Q:
    return Q(revoked_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=now()))


def _agent_keys() -> QuerySet[ApiKey]:
    return ApiKey.objects.select_related("agent").filter(_unexpired(), agent_id__isnull=False)


def _agent_key(key: ApiKey) -> Grant:
    agent = key.agent
    return Grant(
        GrantKind.AGENT_KEY,
        key.id,
        f"{agent} · {key.label}",
        {
            "agent": str(agent),
            "begins": key.prefix,
            "scopes": sorted(key.scopes),
            "since": _at(key.created_at),
            "expires": _at(key.expires_at),
        },
        _people(agent.owner_id if agent else None, key.created_by_id),
    )


def _personal_keys() -> QuerySet[ApiKey]:
    return ApiKey.objects.select_related("user").filter(_unexpired(), user_id__isnull=False)


def _personal_key(key: ApiKey) -> Grant:
    return Grant(
        GrantKind.PERSONAL_KEY,
        key.id,
        f"{key.user} · {key.label}",
        {"begins": key.prefix, "since": _at(key.created_at), "expires": _at(key.expires_at)},
        _people(key.user_id),
    )


def _signing_keys() -> QuerySet[SigningKey]:
    return SigningKey.objects.select_related("agent").filter(_unexpired())


def _signing_key(key: SigningKey) -> Grant:
    return Grant(
        GrantKind.SIGNING_KEY,
        key.id,
        f"{key.agent} · {key.prefix}…",
        {
            "agent": str(key.agent),
            "begins": key.prefix,
            "since": _at(key.created_at),
            "expires": _at(key.expires_at),
        },
        _people(key.agent.owner_id, key.created_by_id),
    )


def _webhooks() -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.select_related("agent")


def _webhook(endpoint: WebhookEndpoint) -> Grant:
    return Grant(
        GrantKind.WEBHOOK,
        endpoint.id,
        endpoint.url,
        {
            "of": str(endpoint.agent) if endpoint.agent else "all agents",
            "kinds": sorted(endpoint.kinds),
            "since": _at(endpoint.created_at),
        },
        _people(endpoint.created_by_id),
    )


def _streams() -> QuerySet[AuditStream]:
    return AuditStream.objects.all()


def _stream(stream: AuditStream) -> Grant:
    """It carries events out, whatever its address is called."""
    return Grant(
        GrantKind.STREAM,
        stream.id,
        stream.name,
        {
            "to": stream.address,
            "sends": stream.sends,
            "names and notes": "yes" if stream.with_words else "no",
            "since": _at(stream.created_at),
        },
        _people(stream.created_by_id),
    )


def _people(*ids: UUID | None) -> frozenset[UUID]:
    return frozenset(one for one in ids if one is not None)


def _at(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else "never"


SOURCES: dict[GrantKind, tuple[Callable[[], QuerySet[Any]], Callable[[Any], Grant]]] = {
    GrantKind.MEMBER: (_members, _member),
    GrantKind.AGENT_KEY: (_agent_keys, _agent_key),
    GrantKind.PERSONAL_KEY: (_personal_keys, _personal_key),
    GrantKind.SIGNING_KEY: (_signing_keys, _signing_key),
    GrantKind.WEBHOOK: (_webhooks, _webhook),
    GrantKind.STREAM: (_streams, _stream),
}

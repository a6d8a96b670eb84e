"""From a credential to an Actor. Called inside the tenant scope that the credential names."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from console.accounts.actor import Actor, ActorKind
from console.accounts.key_text import KeyText
from console.accounts.models import ApiKey, Membership, User
from console.accounts.permissions import (
    AGENT_SCOPES,
    READING,
    ROLE_PERMISSIONS,
    WRITING,
    Permission,
    Role,
)
from console.platform.clock import now
from console.platform.errors import NotAuthenticatedError
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

# `last_used_at` is for people who clean up keys; a write per request would cost more than it tells.
LAST_USED_RESOLUTION = timedelta(minutes=1)
BAD_KEY = "The key is unknown, expired or revoked. Make a new one under Settings, API keys."


# Every request of a machine asks this: by the ORM it was a quarter of a write's time.
KEY_AND_AGENT = """
SELECT k.id, k.digest, k.scopes, k.expires_at, k.revoked_at, k.last_used_at, k.created_by_id,
  k.user_id, a.id, a.name, a.owner_id, a.trusted_at, f.reads, f.writes
FROM accounts_apikey k
LEFT JOIN accounts_agent a ON a.tenant_id = k.tenant_id AND a.id = k.agent_id
LEFT JOIN LATERAL (
  SELECT bool_or(stops <> 'writes') AS reads, bool_or(stops <> 'reads') AS writes
  FROM accounts_agentfreeze
  WHERE tenant_id = k.tenant_id AND thawed_at IS NULL AND (agent_id = a.id OR agent_id IS NULL)
) f ON a.id IS NOT NULL
WHERE k.tenant_id = %s AND k.prefix = %s
"""


class KeyRow(NamedTuple):
    id: UUID
    digest: bytes
    scopes: list[str]
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    created_by_id: UUID | None
    user_id: UUID | None
    agent_id: UUID | None
    agent_name: str
    agent_owner_id: UUID | None
    agent_trusted_at: datetime | None
    reads_frozen: bool | None
    writes_frozen: bool | None


def actor_of_key(key: KeyText) -> Actor:
    """The agent or person behind a key. Raises NotAuthenticatedError, the same for every cause."""
    rows = fetch(KEY_AND_AGENT, [current_tenant_id(), key.prefix])
    if not rows:
        raise NotAuthenticatedError(BAD_KEY)
    row = KeyRow(*rows[0])
    if not key.matches(row.digest):
        raise NotAuthenticatedError(BAD_KEY)
    if row.revoked_at is not None:
        raise NotAuthenticatedError(BAD_KEY)
    if row.expires_at is not None and row.expires_at <= now():
        raise NotAuthenticatedError(BAD_KEY)
    actor = _person_key_actor(row) if row.agent_id is None else _agent_actor(row, row.agent_id)
    _note_use(row)
    return actor


def actor_of_member(user: User, tenant_id: UUID, *, api_key_id: UUID | None = None) -> Actor | None:
    """The person in their role in the tenant at hand; None when they are no member."""
    membership = Membership.objects.filter(user=user).first()
    if membership is None or not user.is_active:
        return None
    role = Role(membership.role)
    return Actor(
        kind=ActorKind.USER,
        id=user.id,
        tenant_id=tenant_id,
        label=str(user),
        permissions=ROLE_PERMISSIONS[role],
        role=role,
        api_key_id=api_key_id,
        trusted=True,
        owner_ids=frozenset({user.id}),
    )


def _agent_actor(row: KeyRow, agent_id: UUID) -> Actor:
    owners = (row.agent_owner_id, row.created_by_id)
    granted = frozenset(Permission(scope) for scope in row.scopes) & AGENT_SCOPES
    stopped = (READING if row.reads_frozen else frozenset()) | (
        WRITING if row.writes_frozen else frozenset()
    )
    return Actor(
        kind=ActorKind.AGENT,
        id=agent_id,
        tenant_id=current_tenant_id(),
        label=row.agent_name,
        permissions=granted - stopped,
        api_key_id=row.id,
        agent_id=agent_id,
        trusted=row.agent_trusted_at is not None,
        owner_ids=frozenset(owner for owner in owners if owner is not None),
        frozen=granted & stopped,
    )


def _person_key_actor(row: KeyRow) -> Actor:
    if row.user_id is None:
        raise NotAuthenticatedError(BAD_KEY)
    user = User.objects.get(id=row.user_id)
    actor = actor_of_member(user, current_tenant_id(), api_key_id=row.id)
    if actor is None:
        raise NotAuthenticatedError(BAD_KEY)
    return actor


def _note_use(row: KeyRow) -> None:
    moment = now()
    if row.last_used_at is None or moment - row.last_used_at > LAST_USED_RESOLUTION:
        ApiKey.objects.filter(id=row.id).update(last_used_at=moment)

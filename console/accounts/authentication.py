"""From a credential to an Actor. Called inside the tenant scope that the credential names."""

from datetime import timedelta
from uuid import UUID

from console.accounts.actor import Actor, ActorKind
from console.accounts.key_text import KeyText
from console.accounts.models import Agent, ApiKey, Membership, User
from console.accounts.permissions import AGENT_SCOPES, ROLE_PERMISSIONS, Permission, Role
from console.platform.clock import now
from console.platform.errors import NotAuthenticatedError

# `last_used_at` is for people who clean up keys; a write per request would cost more than it tells.
LAST_USED_RESOLUTION = timedelta(minutes=1)
BAD_KEY = "The key is unknown, expired or revoked. Make a new one under Settings, API keys."


def actor_of_key(key: KeyText) -> Actor:
    """The agent or person behind a key. Raises NotAuthenticatedError, the same for every cause."""
    row = ApiKey.objects.select_related("agent", "user").filter(prefix=key.prefix).first()
    if row is None:
        raise NotAuthenticatedError(BAD_KEY)
    if not key.matches(bytes(row.digest)):
        raise NotAuthenticatedError(BAD_KEY)
    if not row.is_usable:
        raise NotAuthenticatedError(BAD_KEY)
    actor = _person_key_actor(row) if row.agent is None else _agent_actor(row, row.agent)
    _note_use(row)
    return actor


def actor_of_member(user: User, tenant_id: UUID, *, api_key_id: UUID | None = None) -> Actor | None:
    """The person in their role in the tenant at hand; None when they are no member."""
    membership = Membership.objects.filter(user=user).first()
    if membership is None or not user.is_active:
        return None
    return Actor(
        kind=ActorKind.USER,
        id=user.id,
        tenant_id=tenant_id,
        label=str(user),
        permissions=ROLE_PERMISSIONS[Role(membership.role)],
        api_key_id=api_key_id,
        trusted=True,
        owner_ids=frozenset({user.id}),
    )


def _agent_actor(row: ApiKey, agent: Agent) -> Actor:
    owners = (agent.owner_id, row.created_by_id)
    return Actor(
        kind=ActorKind.AGENT,
        id=agent.id,
        tenant_id=row.tenant_id,
        label=agent.name,
        permissions=frozenset(Permission(s) for s in row.scopes) & AGENT_SCOPES,
        api_key_id=row.id,
        agent_id=agent.id,
        trusted=agent.is_trusted,
        owner_ids=frozenset(owner for owner in owners if owner is not None),
    )


def _person_key_actor(row: ApiKey) -> Actor:
    if row.user is None:
        raise NotAuthenticatedError(BAD_KEY)
    actor = actor_of_member(row.user, row.tenant_id, api_key_id=row.id)
    if actor is None:
        raise NotAuthenticatedError(BAD_KEY)
    return actor


def _note_use(row: ApiKey) -> None:
    moment = now()
    if row.last_used_at is None or moment - row.last_used_at > LAST_USED_RESOLUTION:
        ApiKey.objects.filter(id=row.id).update(last_used_at=moment)

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind
from console.accounts.key_text import new_key
from console.accounts.models import Agent, ApiKey
from console.accounts.permissions import AGENT_SCOPES, Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, NotFoundError, WrongStateError


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key and its text, which exists nowhere else and is shown once."""

    key: ApiKey
    text: str = field(repr=False)

    audit_kind = "api_key"

    @property
    def id(self) -> UUID:
        return self.key.id


@audited("api_key.created")
def issue_agent_key(
    *,
    actor: Actor,
    agent: Agent,
    label: str,
    scopes: Iterable[Permission],
    expires_at: datetime | None = None,
) -> IssuedKey:
    actor.require(Permission.KEYS_MANAGE)
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= AGENT_SCOPES:
        allowed = ", ".join(sorted(AGENT_SCOPES))
        raise InvalidInputError.on("scopes", "invalid_scopes", f"Choose from: {allowed}.")
    return _issue(actor=actor, label=label, expires_at=expires_at, agent=agent, scopes=wanted)


@audited("api_key.created")
def issue_personal_key(
    *, actor: Actor, label: str, expires_at: datetime | None = None
) -> IssuedKey:
    """A key with its owner's role: what the person may do, the key may, and no longer."""
    actor.require(Permission.KEYS_OWN)
    if actor.kind is not ActorKind.USER:
        raise InvalidInputError("Only a person has personal keys.")
    return _issue(actor=actor, label=label, expires_at=expires_at, user_id=actor.id)


@audited("api_key.revoked")
def revoke_key(*, actor: Actor, key: ApiKey) -> IssuedKey:
    if key.user_id != actor.id and not actor.may(Permission.KEYS_MANAGE):
        raise NotFoundError(key.id, noun="key")
    if key.is_revoked:
        raise WrongStateError("The key is revoked already.")
    key.revoked_at = now()
    key.revoked_by_id = actor.id if actor.kind is ActorKind.USER else None
    key.save(update_fields=["revoked_at", "revoked_by"])
    note(prefix=key.prefix)
    return IssuedKey(key, "")


def _issue(
    *,
    actor: Actor,
    label: str,
    expires_at: datetime | None,
    agent: Agent | None = None,
    user_id: UUID | None = None,
    scopes: list[Permission] | None = None,
) -> IssuedKey:
    if expires_at is not None and expires_at <= now():
        raise InvalidInputError.on("expires_at", "in_the_past", "expires_at lies in the past.")
    text = new_key(actor.tenant_id)
    key = ApiKey.objects.create(
        label=label,
        prefix=text.prefix,
        digest=text.digest,
        agent_id=agent.id if agent else None,
        user_id=user_id,
        scopes=[str(scope) for scope in scopes or []],
        created_by_id=actor.id if actor.kind is ActorKind.USER else None,
        expires_at=expires_at,
    )
    note(prefix=text.prefix, scopes=key.scopes, agent_id=str(agent.id) if agent else None)
    return IssuedKey(key, text.reveal())

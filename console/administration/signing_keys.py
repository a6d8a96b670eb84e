from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind
from console.accounts.key_text import SIGNING_SCHEME, new_key
from console.accounts.models import Agent
from console.accounts.permissions import Permission
from console.keys.models import SigningKey
from console.keys.signing import wrap_signing_key
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError

OVERLAP = timedelta(days=1)
MAX_OVERLAP = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class IssuedSigningKey:
    """A new signing key and its text, which is shown once."""

    key: SigningKey
    text: str = field(repr=False)

    audit_kind = "signing_key"

    @property
    def id(self) -> UUID:
        return self.key.id


@audited("signing_key.created")
def issue_signing_key(
    *, actor: Actor, agent: Agent, expires_at: datetime | None = None
) -> IssuedSigningKey:
    actor.require(Permission.KEYS_MANAGE)
    if expires_at is not None and expires_at <= now():
        raise InvalidInputError.on("expires_at", "in_the_past", "expires_at lies in the past.")
    return _issue(actor=actor, agent_id=agent.id, expires_at=expires_at)


@audited("signing_key.rotated")
def rotate_signing_key(
    *, actor: Actor, key: SigningKey, overlap: timedelta = OVERLAP
) -> IssuedSigningKey:
    """A successor of the same lifetime; the old key verifies for `overlap` more, then no longer.

    Raises WrongStateError where the key has a successor already, or no longer verifies.
    """
    actor.require(Permission.KEYS_MANAGE)
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        raise InvalidInputError.on(
            "overlap", "out_of_range", f"Overlap by at most {MAX_OVERLAP.days} days."
        )
    old = SigningKey.objects.select_for_update().get(id=key.id)
    if old.retired_at is not None:
        raise WrongStateError("The key has a successor already.")
    if not old.is_usable:
        raise WrongStateError("The key no longer verifies: make a new one instead.")
    moment = now()
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    old.retired_at = moment
    old.expires_at = min(moment + overlap, old.expires_at or moment + overlap)
    old.save(update_fields=["retired_at", "expires_at"])
    note(retired=str(old.id), retired_until=old.expires_at.isoformat())
    return _issue(
        actor=actor,
        agent_id=old.agent_id,
        expires_at=moment + lifetime if lifetime else None,
    )


@audited("signing_key.revoked")
def revoke_signing_key(*, actor: Actor, key: SigningKey) -> SigningKey:
    """At once and for good. What it signed before still verifies."""
    actor.require(Permission.KEYS_MANAGE)
    key = SigningKey.objects.select_for_update().get(id=key.id)
    if key.is_revoked:
        raise WrongStateError("The key is revoked already.")
    key.revoked_at = now()
    key.revoked_by_id = _person(actor)
    key.save(update_fields=["revoked_at", "revoked_by"])
    note(prefix=key.prefix, agent_id=str(key.agent_id))
    return key


def _issue(*, actor: Actor, agent_id: UUID, expires_at: datetime | None) -> IssuedSigningKey:
    text = new_key(actor.tenant_id, SIGNING_SCHEME)
    key = SigningKey(
        agent_id=agent_id,
        prefix=text.prefix,
        created_by_id=_person(actor),
        expires_at=expires_at,
    )
    wrap_signing_key(key, text.reveal().encode())
    key.save(force_insert=True)
    note(prefix=key.prefix, agent_id=str(agent_id))
    return IssuedSigningKey(key, text.reveal())


def _person(actor: Actor) -> UUID | None:
    return actor.id if actor.kind is ActorKind.USER else None

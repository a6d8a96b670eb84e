"""Who may do what, as it stands: people, keys without their secrets, agents."""

from datetime import datetime
from typing import Any

from audit.proof.entry import instant
from console.accounts.models import Agent, AgentFreeze, ApiKey, Membership
from console.accounts.permissions import ROLE_PERMISSIONS, Role
from console.platform.clock import now

Told = dict[str, Any]


def access_list() -> Told:
    return {
        "as_of": instant(now()),
        "roles": {str(role): sorted(ROLE_PERMISSIONS[role]) for role in Role},
        "members": [
            _member(member) for member in Membership.objects.select_related("user").order_by("id")
        ],
        "agents": [_agent(agent) for agent in Agent.objects.order_by("id")],
        "freezes": [_freeze(freeze) for freeze in AgentFreeze.objects.order_by("id")],
        "keys": [_key(key) for key in ApiKey.objects.order_by("id")],
    }


def _member(member: Membership) -> Told:
    return {
        "user": str(member.user_id),
        "email": member.user.email,
        "name": member.user.name,
        "role": member.role,
        "since": instant(member.created_at),
        "added_by": _id(member.added_by_id),
        "may_sign_in": member.user.is_active,
    }


def _agent(agent: Agent) -> Told:
    return {
        "id": str(agent.id),
        "name": agent.name,
        "owner": _id(agent.owner_id),
        "registered_at": instant(agent.created_at),
        "trusted_at": _when(agent.trusted_at),
        "trusted_by": _id(agent.trusted_by_id),
    }


def _freeze(freeze: AgentFreeze) -> Told:
    return {
        "agent": _id(freeze.agent_id),
        "stops": freeze.stops,
        "frozen_at": instant(freeze.frozen_at),
        "frozen_by": str(freeze.frozen_by_id),
        "thawed_at": _when(freeze.thawed_at),
        "thawed_by": _id(freeze.thawed_by_id),
    }


def _key(key: ApiKey) -> Told:
    return {
        "id": str(key.id),
        "label": key.label,
        "prefix": key.prefix,
        "agent": _id(key.agent_id),
        "user": _id(key.user_id),
        "scopes": sorted(key.scopes),
        "made_at": instant(key.created_at),
        "made_by": _id(key.created_by_id),
        "expires_at": _when(key.expires_at),
        "last_used_at": _when(key.last_used_at),
        "revoked_at": _when(key.revoked_at),
        "revoked_by": _id(key.revoked_by_id),
    }


def _id(value: object) -> str | None:
    return None if value is None else str(value)


def _when(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None

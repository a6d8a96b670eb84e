"""Audited changes to who may act: tenants, members, agents and keys."""

from console.administration.agents import (
    change_owner,
    register_agent,
    trust_agent,
    untrust_agent,
)
from console.administration.freezes import freeze_agent, thaw_agent
from console.administration.keys import IssuedKey, issue_agent_key, issue_personal_key, revoke_key
from console.administration.signing_keys import (
    IssuedSigningKey,
    issue_signing_key,
    revoke_signing_key,
    rotate_signing_key,
)
from console.administration.tenants import add_member, create_tenant

__all__ = [
    "IssuedKey",
    "IssuedSigningKey",
    "add_member",
    "change_owner",
    "create_tenant",
    "freeze_agent",
    "issue_agent_key",
    "issue_personal_key",
    "issue_signing_key",
    "register_agent",
    "revoke_key",
    "revoke_signing_key",
    "rotate_signing_key",
    "thaw_agent",
    "trust_agent",
    "untrust_agent",
]

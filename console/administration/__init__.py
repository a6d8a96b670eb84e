"""Audited changes to who may act: tenants, members, agents and keys."""

from console.administration.agents import (
    change_owner,
    register_agent,
    trust_agent,
    untrust_agent,
)
from console.administration.freezes import freeze_agent, thaw_agent
from console.administration.identities import link_identity, reset_second_factor, second_factors_of
from console.administration.invitations import (
    IssuedInvitation,
    accept_invitation,
    invite_member,
    open_account,
    withdraw_invitation,
)
from console.administration.keys import IssuedKey, issue_agent_key, issue_personal_key, revoke_key
from console.administration.members import add_member, change_role, remove_member
from console.administration.signing_keys import (
    IssuedSigningKey,
    issue_signing_key,
    revoke_signing_key,
    rotate_signing_key,
)
from console.administration.tenants import create_tenant, require_second_factor

__all__ = [
    "IssuedInvitation",
    "IssuedKey",
    "IssuedSigningKey",
    "accept_invitation",
    "add_member",
    "change_owner",
    "change_role",
    "create_tenant",
    "freeze_agent",
    "invite_member",
    "issue_agent_key",
    "issue_personal_key",
    "issue_signing_key",
    "link_identity",
    "open_account",
    "register_agent",
    "remove_member",
    "require_second_factor",
    "reset_second_factor",
    "revoke_key",
    "revoke_signing_key",
    "rotate_signing_key",
    "second_factors_of",
    "thaw_agent",
    "trust_agent",
    "untrust_agent",
    "withdraw_invitation",
]

"""Who acts: a person, an agent, or the system itself. Every action takes one."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from console.accounts.permissions import Permission, Role
from console.platform.errors import AgentFrozenError, NotPermittedError


class ActorKind(StrEnum):
    USER = "user"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is the user's or the agent's. `owner_ids` are the people who answer for the actor.

    `frozen` is what a key would permit and a freeze of its agent does not; `permissions` are
    without it.
    """

    kind: ActorKind
    id: UUID
    tenant_id: UUID
    label: str
    permissions: frozenset[Permission]
    api_key_id: UUID | None = None
    agent_id: UUID | None = None
    trusted: bool = False
    owner_ids: frozenset[UUID] = frozenset()
    role: Role | None = None  # a member's
    frozen: frozenset[Permission] = frozenset()

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raises NotPermittedError, and AgentFrozenError where only a freeze stands in the way."""
        if permission in self.frozen:
            raise AgentFrozenError("Somebody stopped it. Try again once an owner has thawed it.")
        if not self.may(permission):
            raise NotPermittedError(f"This needs the permission {permission}.")


def system_actor(tenant_id: UUID, label: str) -> Actor:
    """The product acting on its own: `label` names the task or command."""
    return Actor(
        kind=ActorKind.SYSTEM,
        id=UUID(int=0),
        tenant_id=tenant_id,
        label=label,
        permissions=frozenset(Permission),
    )

from uuid import UUID

from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind
from console.accounts.models import Agent, Membership, User
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError


@audited("agent.registered")
def register_agent(*, actor: Actor, name: str, owner: User | None = None) -> Agent:
    """Raises InvalidInputError for a blank name, and for one that another agent has."""
    actor.require(Permission.AGENT_MANAGE)
    name = name.strip()
    if not name:
        raise InvalidInputError.on("name", "blank", "Name the agent.")
    [agent] = Agent.objects.bulk_create([Agent(name=name, owner=owner)], ignore_conflicts=True)
    if not Agent.objects.filter(id=agent.id).exists():
        raise InvalidInputError.on("name", "taken", "Another agent has this name.")
    note(owner_id=str(owner.id) if owner else None)
    return agent


@audited("agent.trusted")
def trust_agent(*, actor: Actor, agent: Agent) -> Agent:
    """From now on the agent's ordinary writes take effect at once."""
    actor.require(Permission.AGENT_MANAGE)
    note(was_trusted=agent.is_trusted)
    agent.trusted_at = now()
    agent.trusted_by_id = _person(actor)
    agent.save(update_fields=["trusted_at", "trusted_by"])
    return agent


@audited("agent.untrusted")
def untrust_agent(*, actor: Actor, agent: Agent, comment: str) -> Agent:
    """From now on its writes wait for review; what took effect stays in force."""
    actor.require(Permission.AGENT_MANAGE)
    agent = Agent.objects.select_for_update(of=("self",)).get(id=agent.id)
    if agent.trusted_at is None:
        raise WrongStateError("The agent is not trusted.")
    note(trusted_since=agent.trusted_at.isoformat())
    agent.trusted_at, agent.trusted_by = None, None
    agent.save(update_fields=["trusted_at", "trusted_by"])
    return agent


@audited("agent.owner_changed")
def change_owner(*, actor: Actor, agent: Agent, owner: User | None) -> Agent:
    """Who answers for the agent, and therefore cannot approve what it writes.

    Raises InvalidInputError for somebody who is no member.
    """
    actor.require(Permission.AGENT_MANAGE)
    if owner is not None and not Membership.objects.filter(user=owner).exists():
        raise InvalidInputError.on("owner", "no_member", "The owner must be a member.")
    note(
        was=str(agent.owner_id) if agent.owner_id else None,
        owner_id=str(owner.id) if owner else None,
    )
    agent.owner = owner
    agent.save(update_fields=["owner"])
    return agent


def _person(actor: Actor) -> UUID | None:
    return actor.id if actor.kind is ActorKind.USER else None

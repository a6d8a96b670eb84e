from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.models import Agent, User
from console.accounts.permissions import Permission
from console.platform.clock import now


@audited("agent.registered")
def register_agent(*, actor: Actor, name: str, owner: User | None = None) -> Agent:
    actor.require(Permission.KEYS_MANAGE)
    return Agent.objects.create(name=name, owner=owner)


@audited("agent.trusted")
def trust_agent(*, actor: Actor, agent: Agent, by: User | None = None) -> Agent:
    """From now on the agent's ordinary writes take effect at once."""
    actor.require(Permission.KEYS_MANAGE)
    note(was_trusted=agent.is_trusted)
    agent.trusted_at = now()
    agent.trusted_by = by
    agent.save(update_fields=["trusted_at", "trusted_by"])
    return agent

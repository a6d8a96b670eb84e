from dataclasses import dataclass
from uuid import UUID

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.models import Agent, AgentFreeze, Stops
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError
from console.tenancy.scope import current_tenant_id


@dataclass(frozen=True, slots=True)
class Stopped:
    """The agent that was frozen or thawed; without one, all of the tenant's."""

    agent_id: UUID | None

    @property
    def id(self) -> UUID:
        return self.agent_id or current_tenant_id()

    @property
    def audit_kind(self) -> str:
        return "agent" if self.agent_id else "tenant"


@audited("agent.frozen")
def freeze_agent(
    *, actor: Actor, agent: Agent | None, comment: str, stops: Stops = Stops.BOTH
) -> Stopped:
    """Stops an agent at once, in every process: what it has not committed by now, it never will.

    Without an agent, all of them, those to come included. Raises InvalidInputError.
    """
    actor.require(Permission.AGENT_FREEZE)
    _said(comment)
    freeze = AgentFreeze.objects.create(
        agent_id=agent.id if agent else None,
        stops=stops,
        reason=comment,
        frozen_by_kind=actor.kind,
        frozen_by_id=actor.id,
        frozen_by_label=actor.label[:200],
    )
    note(freeze_id=str(freeze.id), stops=stops)
    return Stopped(freeze.agent_id)


@audited("agent.thawed")
def thaw_agent(*, actor: Actor, agent: Agent | None, comment: str) -> Stopped:
    """Ends every freeze of this agent; without one, every freeze of all agents.

    A freeze of all still stops an agent that was thawed by itself, and the other way round.
    Raises WrongStateError where nothing is frozen.
    """
    actor.require(Permission.AGENT_MANAGE)
    _said(comment)
    standing = AgentFreeze.objects.filter(
        agent_id=agent.id if agent else None, thawed_at__isnull=True
    )
    thawed = [str(freeze_id) for freeze_id in standing.values_list("id", flat=True)]
    if not thawed:
        raise WrongStateError("Nothing is frozen here.")
    standing.filter(id__in=thawed).update(
        thawed_at=now(),
        thawed_by_kind=actor.kind,
        thawed_by_id=actor.id,
        thawed_by_label=actor.label[:200],
        thaw_reason=comment,
    )
    note(freezes=thawed)
    return Stopped(agent.id if agent else None)


def _said(comment: str) -> None:
    if not comment.strip():
        raise InvalidInputError.on("reason", "blank", "Say why.")

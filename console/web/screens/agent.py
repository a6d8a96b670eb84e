"""One agent whole: who answers for it, how it does, what it did last, and what stops it."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.models import AuditEvent, Run
from audit.timelines.runs import RunFilter, find_runs
from console.accounts.actor import Actor
from console.accounts.models import Agent, AgentFreeze, ApiKey
from console.accounts.permissions import Permission
from console.keys.models import SigningKey
from console.web.screens.memory_rows import MemoryRow, memory_rows
from memory.access import visible_memories, visible_reviews
from memory.agents import Figures, figures_of
from memory.models import ReviewItem, ReviewStatus

MOST_SHOWN = 10
MOST_KEYS = 50
CORRECTED = [ReviewStatus.EDITED, ReviewStatus.REJECTED, ReviewStatus.DELETED]


@dataclass(frozen=True, slots=True)
class AgentScreen:
    agent: Agent
    figures: Figures
    keys: Sequence[ApiKey]
    signing_keys: Sequence[SigningKey]
    corrected: Sequence[ReviewItem]
    runs: Sequence[Run]
    writes: Sequence[MemoryRow]
    events: Sequence[AuditEvent]
    past_freezes: Sequence[AgentFreeze]
    can_freeze: bool
    can_manage: bool

    @property
    def is_unused(self) -> bool:
        """Nothing has come of it yet: whoever registered it is shown how to connect it."""
        return not self.writes and not self.runs and not any(self.figures.month)


def agent_screen(actor: Actor, agent: Agent) -> AgentScreen:
    sees_keys = actor.may(Permission.KEYS_MANAGE)
    keys = ApiKey.objects.filter(agent_id=agent.id).order_by("-id")
    signing = SigningKey.objects.filter(agent_id=agent.id).order_by("-id")
    reviews = visible_reviews(actor).filter(agent_id=agent.id, status__in=CORRECTED)
    written = visible_memories(actor).filter(agent_id=agent.id).order_by("-id")
    freezes = AgentFreeze.objects.filter(agent_id=agent.id, thawed_at__isnull=False)
    events = AuditEvent.objects.filter(object_id=agent.id).order_by("-id")
    return AgentScreen(
        agent=agent,
        figures=figures_of([agent])[0],
        keys=list(keys[:MOST_KEYS]) if sees_keys else [],
        signing_keys=list(signing[:MOST_KEYS]) if sees_keys else [],
        corrected=list(reviews.order_by("-closed_at")[:MOST_SHOWN]),
        runs=_runs(actor, agent),
        writes=memory_rows(list(written[:MOST_SHOWN])),
        events=list(events[:MOST_SHOWN]) if actor.may(Permission.AUDIT_READ) else [],
        past_freezes=list(freezes.order_by("-id")[:MOST_SHOWN]),
        can_freeze=actor.may(Permission.AGENT_FREEZE),
        can_manage=actor.may(Permission.AGENT_MANAGE),
    )


def _runs(actor: Actor, agent: Agent) -> Sequence[Run]:
    if not actor.may(Permission.TRACES_READ):
        return []
    return list(find_runs(RunFilter(agent=agent.name))[:MOST_SHOWN])

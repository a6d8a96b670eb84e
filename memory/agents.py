"""How agents do: what they did lately, what people made of it, and what stops them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet, TextChoices

from audit.activity import activity_of
from console.accounts.actor import Actor
from console.accounts.models import Agent, AgentFreeze
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import NotFoundError
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import ReviewStatus

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
# Fewer decisions say nothing about an agent; from this share on somebody should look at it.
EVIDENCE = 5
BAD_SHARE = 0.3

REVIEWS = """
SELECT agent_id, status, count(*) FROM memory_reviewitem
WHERE tenant_id = %s AND agent_id = ANY(%s::uuid[]) GROUP BY 1, 2
"""
LAST_RUNS = """
SELECT a.id, (
  SELECT r.last_seen FROM audit_run r
  WHERE r.tenant_id = a.tenant_id AND r.agent = a.name ORDER BY r.last_seen DESC LIMIT 1)
FROM accounts_agent a WHERE a.tenant_id = %s AND a.id = ANY(%s::uuid[])
"""


class Health(TextChoices):
    """The first that holds, in this order."""

    FROZEN = "frozen", "Frozen"
    DOUBTFUL = "doubtful", "Needs a look"
    SILENT = "silent", "Silent"
    HEALTHY = "healthy", "Healthy"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What people made of an agent's writes, counted in review items."""

    waiting: int = 0
    approved: int = 0
    edited: int = 0
    rejected: int = 0

    @property
    def decided(self) -> int:
        return self.approved + self.edited + self.rejected

    @property
    def bad_share(self) -> float | None:
        """Corrected or refused, of those decided; None before anybody has."""
        return (self.edited + self.rejected) / self.decided if self.decided else None

    @property
    def bad_percent(self) -> int:
        return round(100 * (self.bad_share or 0))


@dataclass(frozen=True, slots=True)
class Figures:
    """`week` and `month` are (writes, recalls) of the last 7 and 30 days, today included."""

    agent: Agent
    week: tuple[int, int]
    month: tuple[int, int]
    reviewed: Reviewed
    last_run: datetime | None
    freezes: Sequence[AgentFreeze]

    @property
    def health(self) -> Health:
        if self.freezes:
            return Health.FROZEN
        share = self.reviewed.bad_share
        if share is not None and share >= BAD_SHARE and self.reviewed.decided >= EVIDENCE:
            return Health.DOUBTFUL
        return Health.HEALTHY if any(self.month) else Health.SILENT


def visible_agents(actor: Actor) -> QuerySet[Agent]:
    agents = Agent.objects.select_related("owner", "trusted_by")
    return agents if actor.may(Permission.AGENT_READ) else agents.none()


def agents_named(actor: Actor, names: Iterable[str]) -> dict[str, UUID]:
    """Those there are: a trace may give any name."""
    wanted = {name for name in names if name}
    if not wanted:
        return {}
    return dict(visible_agents(actor).filter(name__in=wanted).values_list("name", "id"))


def agent_for(actor: Actor, agent_id: UUID, *, need: Permission = Permission.AGENT_READ) -> Agent:
    agent = visible_agents(actor).filter(id=agent_id).first()
    if agent is None:
        raise NotFoundError(agent_id, noun="agent")
    if not actor.may(need):
        raise NotFoundError(agent_id, noun="agent")
    return agent


def standing_freezes(agent: Agent | None) -> QuerySet[AgentFreeze]:
    """Over this agent, those of all agents among them; without one, those of all agents."""
    return freezes_over(agent.id if agent else None)


def freezes_over(agent_id: UUID | None) -> QuerySet[AgentFreeze]:
    over = Q(agent_id__isnull=True)
    if agent_id is not None:
        over |= Q(agent_id=agent_id)
    return every_freeze().filter(over)


def every_freeze() -> QuerySet[AgentFreeze]:
    """Those that stand, over whatever agent, the newest first."""
    freezes = AgentFreeze.objects.filter(thawed_at__isnull=True)
    return freezes.select_related("agent").order_by("-id")


def figures_of(agents: Sequence[Agent]) -> list[Figures]:
    """In their order, by four statements."""
    ids = [agent.id for agent in agents]
    today = now().astimezone(UTC).date()
    lately: dict[UUID, list[tuple[int, int, bool]]] = defaultdict(list)
    for day in activity_of(ids, since=today - MONTH + timedelta(days=1)):
        is_recent = day.day > today - WEEK
        lately[day.agent_id].append((day.writes, day.recalls, is_recent))
    reviewed = reviewed_of(ids)
    runs = dict(fetch(LAST_RUNS, [current_tenant_id(), ids]))
    standing = list(every_freeze())
    return [
        Figures(
            agent,
            week=_summed([(w, r) for w, r, is_recent in lately[agent.id] if is_recent]),
            month=_summed([(w, r) for w, r, _ in lately[agent.id]]),
            reviewed=reviewed[agent.id],
            last_run=runs.get(agent.id),
            freezes=[one for one in standing if one.agent_id in {agent.id, None}],
        )
        for agent in agents
    ]


def reviewed_of(agent_ids: Sequence[UUID]) -> dict[UUID, Reviewed]:
    """One statement, answered by an index."""
    columns = {
        ReviewStatus.OPEN: "waiting",
        ReviewStatus.APPROVED: "approved",
        ReviewStatus.EDITED: "edited",
        ReviewStatus.REJECTED: "rejected",
        ReviewStatus.DELETED: "rejected",
    }
    found = dict.fromkeys(agent_ids, Reviewed())
    for agent_id, status, count in fetch(REVIEWS, [current_tenant_id(), list(agent_ids)]):
        if (column := columns.get(status)) is not None:
            one = found[agent_id]
            found[agent_id] = replace(one, **{column: getattr(one, column) + count})
    return found


def _summed(pairs: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(writes for writes, _ in pairs), sum(recalls for _, recalls in pairs)

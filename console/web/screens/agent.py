"""One agent whole: who answers for it, how it does, what it did last, and what stops it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

from audit.activity import activity_of
from audit.models import AuditEvent, Run
from audit.timelines.runs import RunFilter, find_runs
from audit.usefulness import use_of
from console.accounts.actor import Actor
from console.accounts.models import Agent, AgentFreeze, ApiKey
from console.accounts.permissions import Permission
from console.keys.models import SigningKey
from console.platform.clock import now
from console.web.charts import Datum, Lines, Series, lines
from console.web.screens.memory_rows import MemoryRow, memory_rows
from memory.access import visible_memories, visible_reviews
from memory.agents import Figures, figures_of
from memory.models import ReviewItem, ReviewStatus

MOST_SHOWN = 10
MOST_KEYS = 50
MOST_RECALLS = 5
# Of so many of its memories it is told what came of them.
MOST_JUDGED = 200
DAYS = 30
CORRECTED = [ReviewStatus.EDITED, ReviewStatus.REJECTED, ReviewStatus.DELETED]


@dataclass(frozen=True, slots=True)
class Usefulness:
    """What came of its latest `memories`; `successes` and `failures` count uses, not runs."""

    memories: int
    recalled: int
    successes: int
    failures: int


@dataclass(frozen=True, slots=True)
class AgentScreen:
    agent: Agent
    figures: Figures
    activity: Lines
    usefulness: Usefulness | None
    keys: Sequence[ApiKey]
    signing_keys: Sequence[SigningKey]
    corrected: Sequence[ReviewItem]
    runs: Sequence[Run]
    writes: Sequence[MemoryRow]
    recalls: Sequence[AuditEvent]
    events: Sequence[AuditEvent]
    past_freezes: Sequence[AgentFreeze]
    can_freeze: bool
    can_manage: bool

    @property
    def is_unused(self) -> bool:
        """Nothing has come of it yet: whoever registered it is shown how to connect it."""
        done = self.writes or self.runs or any(self.figures.month)
        return not done and not self.figures.freezes


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
        activity=_activity(agent),
        usefulness=_usefulness(actor, agent),
        keys=list(keys[:MOST_KEYS]) if sees_keys else [],
        signing_keys=list(signing[:MOST_KEYS]) if sees_keys else [],
        corrected=list(reviews.order_by("-closed_at")[:MOST_SHOWN]),
        runs=_runs(actor, agent),
        writes=memory_rows(list(written[:MOST_SHOWN])),
        recalls=_recalls(actor, agent),
        events=list(events[:MOST_SHOWN]) if actor.may(Permission.AUDIT_READ) else [],
        past_freezes=list(freezes.order_by("-id")[:MOST_SHOWN]),
        can_freeze=actor.may(Permission.AGENT_FREEZE),
        can_manage=actor.may(Permission.AGENT_MANAGE),
    )


def _runs(actor: Actor, agent: Agent) -> Sequence[Run]:
    if not actor.may(Permission.TRACES_READ):
        return []
    return list(find_runs(RunFilter(agent=agent.name))[:MOST_SHOWN])


def _activity(agent: Agent) -> Lines:
    today = now().astimezone(UTC).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    by_day = {one.day: one for one in activity_of([agent.id], since=days[0])}
    writes = [by_day[day].writes if day in by_day else 0 for day in days]
    recalls = [by_day[day].recalls if day in by_day else 0 for day in days]
    return lines(
        id="activity",
        title="Writes and recalls by day",
        description=f"{sum(writes):,} writes and {sum(recalls):,} recalls in {DAYS} days.",
        first="Day",
        labels=[f"{day.day} {day:%b}" for day in days],
        series=[
            Series("Recalls", "accent", [Datum(count) for count in recalls]),
            Series("Writes", "rose", [Datum(count) for count in writes]),
        ],
    )


def _usefulness(actor: Actor, agent: Agent) -> Usefulness | None:
    if not actor.may(Permission.TRACES_READ):
        return None
    written = visible_memories(actor).filter(agent_id=agent.id).order_by("-id")
    ids = [str(memory_id) for memory_id in written.values_list("id", flat=True)[:MOST_JUDGED]]
    uses = use_of(ids).values()
    return Usefulness(
        memories=len(ids),
        recalled=sum(use.recalls > 0 for use in uses),
        successes=sum(use.successes for use in uses),
        failures=sum(use.failures for use in uses),
    )


def _recalls(actor: Actor, agent: Agent) -> Sequence[AuditEvent]:
    if not actor.may(Permission.AUDIT_READ):
        return []
    recalls = AuditEvent.objects.filter(actor_id=agent.id, kind="memory.recalled")
    return list(recalls.order_by("-id")[:MOST_RECALLS])

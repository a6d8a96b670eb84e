"""How agents do: who works, who has gone silent, whose writes people correct or policies refuse."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from audit.models import AuditEvent, Outcome
from console.accounts.models import Agent, ApiKey
from console.platform.clock import now
from console.platform.ids import first_id_of
from console.web.charts import Category, Datum, Rows, Series, rows
from console.web.screens.posture.tile import Tile, address, plural
from memory.models import ReviewItem, ReviewStatus
from memory.stopped import blocked

SILENT_AFTER = timedelta(days=7)
LATELY = timedelta(days=30)
# Of fewer decisions a share says nothing.
FEWEST_DECIDED = 5
OFTEN_CORRECTED = 0.2
OFTEN_REFUSED = 10
TURNED_DOWN = (ReviewStatus.EDITED, ReviewStatus.REJECTED, ReviewStatus.DELETED)
# The gravest first: an agent counts once.
HEALTH = (
    ("refused", "Often refused", "danger"),
    ("corrected", "Often corrected", "warn"),
    ("silent", "Silent", "neutral"),
    ("active", "Active", "ok"),
)


@dataclass(frozen=True, slots=True)
class AgentPosture:
    tiles: list[Tile]
    by_health: Rows


def agent_posture() -> AgentPosture:
    health = _health(now())
    counts = {name: health.count(name) for name, _, _ in HEALTH}
    href = address("key-list")
    troubled = counts["refused"] + counts["corrected"]
    note = ", ".join(
        f"{counts[name]} {label.lower()}" for name, label, _ in HEALTH[:3] if counts[name]
    )
    tile = Tile(
        "Agents",
        f"{len(health):,}",
        note or ("all active" if health else "none yet"),
        href,
        "warn" if troubled else "neutral",
        f"{plural(troubled, 'agent')} often refused or corrected",
    )
    return AgentPosture([tile], _by_health(counts, href))


def _health(at: datetime) -> list[str]:
    """One word per agent."""
    used = dict(
        ApiKey.objects.filter(agent_id__isnull=False, revoked_at__isnull=True)
        .values_list("agent_id")
        .annotate(last=Max("last_used_at"))
        .order_by()
    )
    decided = {
        agent_id: (every, turned_down)
        for agent_id, every, turned_down in ReviewItem.objects.filter(
            agent_id__isnull=False, closed_at__gte=at - LATELY
        )
        .values_list("agent_id")
        .annotate(every=Count("*"), down=Count("id", filter=Q(status__in=TURNED_DOWN)))
        .order_by()
    }
    refusals = AuditEvent.objects.filter(
        id__gte=first_id_of(at - SILENT_AFTER), outcome=Outcome.REFUSED, actor_kind="agent"
    )
    refused = dict(blocked(refusals).values_list("actor_id").annotate(n=Count("*")).order_by())
    return [
        _word(used.get(agent), decided.get(agent, (0, 0)), refused.get(agent, 0), at)
        for agent in Agent.objects.values_list("id", flat=True)
    ]


def _word(used: datetime | None, decided: tuple[int, int], refused: int, at: datetime) -> str:
    every, turned_down = decided
    if refused >= OFTEN_REFUSED:
        return "refused"
    if every >= FEWEST_DECIDED and turned_down / every >= OFTEN_CORRECTED:
        return "corrected"
    return "silent" if used is None or at - used > SILENT_AFTER else "active"


def _by_health(counts: dict[str, int], href: str) -> Rows:
    return rows(
        id="health",
        title="Agents by health",
        description=", ".join(f"{counts[name]} {label.lower()}" for name, label, _ in HEALTH),
        first="Health",
        categories=[Category(label, href, tone) for _, label, tone in HEALTH],
        series=[Series("Agents", "neutral", [Datum(counts[name]) for name, _, _ in HEALTH])],
    )

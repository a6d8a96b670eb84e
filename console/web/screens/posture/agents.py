"""How agents do: who works, who has gone silent, whose writes people turn down."""

from collections import Counter
from dataclasses import dataclass

from console.accounts.actor import Actor
from console.web.charts import Category, Datum, Rows, Series, rows
from console.web.screens.posture.tile import Tile, address, plural
from memory.agents import Health, figures_of, visible_agents

# Health is no column: so many agents are judged and no more, as in the list.
MOST_JUDGED = 500
TONES = {
    Health.FROZEN: "info",
    Health.DOUBTFUL: "danger",
    Health.SILENT: "neutral",
    Health.HEALTHY: "ok",
}


@dataclass(frozen=True, slots=True)
class AgentPosture:
    tiles: list[Tile]
    by_health: Rows


def agent_posture(actor: Actor) -> AgentPosture:
    agents = list(visible_agents(actor).order_by("name", "id")[:MOST_JUDGED])
    counts = Counter(figures.health for figures in figures_of(agents))
    doubtful = counts[Health.DOUBTFUL]
    others = [f"{counts[one]:,} {one.label.lower()}" for one in Health if counts[one]]
    tile = Tile(
        "Agents to look at",
        f"{doubtful:,}",
        ", ".join(others) or "no agent is known yet",
        address("agent-list", health=Health.DOUBTFUL),
        "warn" if doubtful else "neutral",
        f"{plural(doubtful, 'agent is', 'agents are')} often corrected or rejected",
    )
    return AgentPosture([tile], _by_health(counts))


def _by_health(counts: Counter[Health]) -> Rows:
    return rows(
        id="health",
        title="Agents by health",
        description=", ".join(f"{counts[one]:,} {one.label.lower()}" for one in Health),
        first="Health",
        categories=[
            Category(str(one.label), address("agent-list", health=one), TONES[one])
            for one in Health
        ],
        series=[Series("Agents", "neutral", [Datum(counts[one]) for one in Health])],
    )

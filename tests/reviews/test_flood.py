"""One agent posts ten thousand risky writes at once; what others wrote is still decided in time."""

from datetime import timedelta

from console.platform.clock import now
from memory.models import ReviewItem, ReviewKind
from memory.policies.rule import Priority
from memory.reviews import opening
from memory.reviews.order import ranked
from tests.cast import a_memory, an_agent

HOUR = timedelta(hours=1)
FLOOD = 10_000
HOURS = 60
# What all reviewers together decide in an hour, and what the others post in it.
DECIDED = 10
POSTED = 9


class Desk:
    """A queue over simulated hours: items of one memory, as any write would open them."""

    def __init__(self, memory):
        self.memory = memory
        self.start = now() - HOURS * HOUR
        self.made = 1

    def post(self, agent, count, *, hour, risk, priority):
        items = []
        for _ in range(count):
            self.made += 1
            items.append(
                ReviewItem(
                    memory_id=self.memory.id,
                    version=self.made,
                    kind=ReviewKind.NEW,
                    risk=risk,
                    priority=priority.rank,
                    content_digest=bytes(32),
                    agent_id=agent.agent.id,
                    opened_at=self.start + hour * HOUR,
                )
            )
        opening.enqueue(items)

    def decide(self, *, hour):
        """The first in order, as many as reviewers manage in that hour."""
        at = self.start + hour * HOUR
        waiting = ranked(ReviewItem.objects.filter(status="open"), at)
        first = list(waiting.values_list("id", flat=True)[:DECIDED])
        ReviewItem.objects.filter(id__in=first).update(status="rejected", closed_at=at)


def late(agents, at):
    """Items of these that were decided after their time, or still wait past it."""
    ours = ReviewItem.objects.filter(agent_id__in=[one.agent.id for one in agents])
    return [item for item in ours if (item.closed_at or at) > item.due_at]


def a_week_with_a_flood(acme, robo):
    """robo's flood is as urgent and as risky as can be, and goes on; three others are mild."""
    others = [an_agent(acme, name, trusted=False) for name in ("support", "sales", "legal")]
    desk = Desk(a_memory(robo))
    desk.post(robo, FLOOD, hour=0, risk=1.0, priority=Priority.URGENT)
    for hour in range(HOURS):
        desk.post(robo, 20, hour=hour, risk=1.0, priority=Priority.URGENT)
        for number in range(POSTED):
            low = Priority.NORMAL if number else Priority.LOW
            desk.post(others[number % 3], 1, hour=hour, risk=0.1, priority=low)
        desk.decide(hour=hour + 1)
    at = desk.start + HOURS * HOUR
    return late(others, at), ReviewItem.objects.filter(agent_id=robo.agent.id, status="rejected")


def test_without_fairness_the_flood_is_all_that_anybody_decides(in_acme, robo, monkeypatch):
    """The control: the same week, where nothing counts how many an agent has before it."""
    monkeypatch.setattr(opening, "MOST_AHEAD", 0)
    others_late, of_the_flood = a_week_with_a_flood(in_acme, robo)
    assert len(others_late) > 150
    assert of_the_flood.count() == DECIDED * HOURS


def test_a_flood_delays_nobody_elses_items_past_their_time(in_acme, robo):
    others_late, of_the_flood = a_week_with_a_flood(in_acme, robo)
    assert others_late == []
    # What the others leave of the reviewers' time goes to the flood: nobody idles.
    assert of_the_flood.count() >= (DECIDED - POSTED) * HOURS

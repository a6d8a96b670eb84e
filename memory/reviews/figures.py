from dataclasses import dataclass

from console.platform.numbers import Numbers, within
from memory.models import ReviewQueue
from memory.models.review_queue import HOUR, USUAL_SLA

MINUTE = 60
YEAR = 365 * 24 * HOUR
LOW, NORMAL, HIGH, URGENT = USUAL_SLA


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures(Numbers):
    """How soon a queue wants its items decided, in seconds by priority, and its shares."""

    sla_low: int = within(LOW, low=MINUTE, high=YEAR)
    sla_normal: int = within(NORMAL, low=MINUTE, high=YEAR)
    sla_high: int = within(HIGH, low=MINUTE, high=YEAR)
    sla_urgent: int = within(URGENT, low=MINUTE, high=YEAR)
    sampled_share: float = within(0.0, low=0, high=1)
    double_blind_share: float = within(0.0, low=0, high=1)
    gold_share: float = within(0.0, low=0, high=1)


def figures_of(queue: ReviewQueue) -> QueueFigures:
    return QueueFigures(**{name: getattr(queue, name) for name in QueueFigures.bounds()})

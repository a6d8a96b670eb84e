"""How far two people agree beyond chance: Cohen's kappa, by queue.

Cohen, J. (1960), A coefficient of agreement for nominal scales. 1 is always, 0 is what guessing
by the same habits would give, below 0 is worse than that.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from memory.models import Purpose, SecondOpinion

# Fewer pairs say nothing: the figure is shown as not known yet.
FEWEST = 20
# Landis and Koch (1977), by the least kappa of each.
WORDS = ((0.81, "almost perfect"), (0.61, "substantial"), (0.41, "moderate"), (0.21, "fair"))


@dataclass(frozen=True, slots=True)
class Agreement:
    """`observed` is the share alike; `kappa` is None where chance alone makes all alike."""

    pairs: int
    alike: int
    kappa: float | None

    @property
    def observed(self) -> float:
        return self.alike / self.pairs if self.pairs else 0.0

    @property
    def words(self) -> str:
        if self.pairs < FEWEST:
            return f"not known before {FEWEST} pairs"
        if self.kappa is None:
            return "every answer is the same"
        return next((words for least, words in WORDS if self.kappa >= least), "slight or none")


def agreement_of(pairs: Mapping[tuple[str, str], int]) -> Agreement:
    """`pairs` counts how often the first answered this and the second that."""
    total = sum(pairs.values())
    alike = sum(count for (first, second), count in pairs.items() if first == second)
    firsts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for (first, second), count in pairs.items():
        firsts[first] += count
        seconds[second] += count
    if not total:
        return Agreement(0, 0, None)
    by_chance = sum(firsts[answer] * seconds[answer] for answer in firsts) / total**2
    if by_chance == 1:
        return Agreement(total, alike, None)
    return Agreement(total, alike, (alike / total - by_chance) / (1 - by_chance))


def agreement_by_queue(since: datetime) -> dict[str, Agreement]:
    """Of the double-blind answers given from `since` on."""
    given = SecondOpinion.objects.filter(purpose=Purpose.DOUBLE_BLIND, answered_at__gte=since)
    counted = given.values_list("review__queue", "expected", "verdict").annotate(Count("id"))
    queues: dict[str, dict[tuple[str, str], int]] = {}
    for queue, expected, verdict, count in counted:
        queues.setdefault(queue, {})[expected, verdict] = count
    return {queue: agreement_of(pairs) for queue, pairs in queues.items()}

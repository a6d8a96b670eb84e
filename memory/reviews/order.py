"""In which order reviews are decided: risk x age against the SLA, and no agent's flood first.

The statement that orders is the statement that explains: `parts_of` reads what `ranked` sorts by.

A flood waits behind itself. Each item was told on opening how many of the same agent's were open
then (`ReviewItem.ahead`), and past a dozen its score is divided by as many more; what others wrote
is divided by nothing. Before the last quarter of its time risk decides, in it the clock does: what
is nearly due and no flood comes before everything else, however harmless it looks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    DateTimeField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Greatest, Least, Power
from django.db.models.lookups import GreaterThanOrEqual

from memory.models import ReviewItem
from memory.policies.rule import Priority

PRIORITIES = [str(one) for one in Priority]

# Of its time: from here on it is due soon.
DUE_SOON = 0.75
NEARLY_DUE = 1000.0
# Risk 1 counts five times as much as risk 0, each priority twice as much as the one below.
RISK_SPAN = 4.0
# So many of one agent are no flood, and stand in no line.
NO_FLOOD = 12
# Something new has waited for nothing, and still differs by its risk.
NEW = 0.25
# Long past its time an item gets no more urgent: among those, risk decides again.
MOST_WAITED = 4.0


@dataclass(frozen=True, slots=True)
class Part:
    """One factor of a score, or one summand (`how` is "times" or "plus"), in the order applied."""

    name: str
    value: float
    how: str
    words: str


def score_of(parts: Iterable[Part]) -> float:
    score = 1.0
    for part in parts:
        score = score * part.value if part.how == "times" else score + part.value
    return score


def ranked(reviews: QuerySet[ReviewItem], at: datetime) -> QuerySet[ReviewItem]:
    """The first to decide first, each with its `score` at that moment."""
    parts = _parts(at)
    score = (parts["risk"] * parts["priority"] * parts["age"] + parts["due"]) * parts["fairness"]
    return reviews.annotate(score=score).order_by("-score", "id")


def score_parts(review: ReviewItem, at: datetime) -> list[Part]:
    return parts_of([review], at)[review.id]


def parts_of(reviews: Iterable[ReviewItem], at: datetime) -> dict[UUID, list[Part]]:
    """Why each stands where it stands: `score_of` the parts is what `ranked` sorts by."""
    rows = ReviewItem.objects.filter(id__in=[review.id for review in reviews])
    weights = {f"{name}_weight": part for name, part in _parts(at).items()}
    return {
        row["id"]: _explained(row)
        for row in rows.values("id", "risk", "priority", "ahead", waited=_waited(at), **weights)
    }


class _Seconds(Func):
    # EXTRACT would answer in numeric, several times as slow over a whole queue.
    template = "date_part('epoch', %(expressions)s)"
    output_field = FloatField()


def _waited(at: datetime) -> Any:
    """As a share of the time it was given: 1 when it is due."""
    given = Greatest(_Seconds(F("due_at") - F("opened_at")), Value(1.0))
    waited = Greatest(_Seconds(Value(at, DateTimeField()) - F("opened_at")), Value(0.0))
    return ExpressionWrapper(waited / given, FloatField())


def _parts(at: datetime) -> dict[str, Any]:
    waited = _waited(at)
    is_due_soon = When(GreaterThanOrEqual(waited, Value(DUE_SOON)), then=Value(NEARLY_DUE))
    return {
        "risk": Value(1.0) + Value(RISK_SPAN) * F("risk"),
        "priority": Power(Value(2.0), Cast("priority", FloatField()) - Value(1.0)),
        "age": Value(NEW) + Least(waited, Value(MOST_WAITED)),
        "due": Case(is_due_soon, default=Value(0.0)),
        "fairness": Value(1.0)
        / Greatest(Cast("ahead", FloatField()) - Value(NO_FLOOD - 1.0), Value(1.0)),
    }


def _explained(row: Mapping[str, Any]) -> list[Part]:
    share, ahead = row["waited"], row["ahead"]
    waited = f"It has waited {share:.0%} of the time it was given."
    if row["due_weight"]:
        due = "Its time is up or nearly so: it comes before all that has time."
    else:
        due = f"It is not due soon, which is from {DUE_SOON:.0%} of its time on."
    if ahead <= NO_FLOOD:
        fairness = f"{ahead} of the same agent waited when it came, which is no flood."
    else:
        fairness = f"{ahead} of the same agent waited when it came: a flood waits behind itself."
    return [
        Part("risk", row["risk_weight"], "times", f"Risk {row['risk']:.2f} of 1."),
        Part(
            "priority", row["priority_weight"], "times", f"Priority {PRIORITIES[row['priority']]}."
        ),
        Part("age", row["age_weight"], "times", waited),
        Part("due", row["due_weight"], "plus", due),
        Part("fairness", row["fairness_weight"], "times", fairness),
    ]

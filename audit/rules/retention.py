from dataclasses import dataclass

from typing_extensions import override

from console.platform.errors import FieldProblem, InvalidInputError
from console.platform.numbers import Numbers, within

YEARS = 3650
# Whoever may set for how long things are kept may also be whom the trail tells of: the database
# keeps every event this long, whatever they set.
LEAST_EVENT_DAYS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Numbers):
    """For how many days after a span began each part of a trace is kept.

    `content_days`: what spans said (attributes, events, messages); `personal_content_days`, of
    those about a subject, where that is shorter. `span_days`: that they were,
    and their figures. `access_days`: which memories they touched. `count_days`: counts by minute.
    """

    content_days: int = within(30, low=1, high=YEARS)
    personal_content_days: int = within(30, low=1, high=YEARS)
    span_days: int = within(90, low=1, high=YEARS)
    access_days: int = within(400, low=1, high=YEARS)
    count_days: int = within(400, low=1, high=YEARS)

    @override
    def __post_init__(self) -> None:
        # Not super(): a dataclass with slots is another class than the one this was compiled in.
        Numbers.__post_init__(self)
        if self.content_days > self.span_days:
            detail = "Content is reached through its span: keep spans at least as long."
            problem = FieldProblem("span_days", "too_short", detail)
            raise InvalidInputError(detail, problems=[problem])

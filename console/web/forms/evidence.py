from datetime import date, datetime, timedelta
from typing import Any

from typing_extensions import override

from console.platform.clock import now
from console.web.forms.filters import FilterForm, day_field, midnight

ENDS_FIRST = "The period must begin before it ends."


class EvidenceForm(FilterForm):
    """A period in whole days, both included; without a day it reaches to where the log does."""

    begins = day_field("From")
    ends = day_field("To, this day included")

    @override
    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        begins, ends = said.get("begins"), said.get("ends")
        if begins and begins > (ends or now().date()):
            self.add_error("begins", ENDS_FIRST)
        return said

    @property
    def period(self) -> tuple[datetime | None, datetime | None]:
        begins, ends = self.chosen.get("begins"), self.chosen.get("ends")
        return _start(begins), _start(ends + timedelta(days=1)) if ends else None


def _start(day: date | None) -> datetime | None:
    return midnight(day) if day else None

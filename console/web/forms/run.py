from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from audit.models import RunStatus
from audit.timelines.runs import RunFilter, RunOrder
from console.platform.durations import duration_of
from console.web.forms.durations import duration_field
from console.web.forms.filters import ANY, FilterForm, choice, day_field, midnight, text

ERRORS = [("some", "Some"), ("none", "None")]
ORDERS = [
    ("", "Newest"),
    (RunOrder.LONGEST, "Longest"),
    (RunOrder.COSTLIEST, "Costliest"),
    (RunOrder.FAULTIEST, "Most errors"),
]
DAY = timedelta(days=1)


def cost_field(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_digits=15,
        decimal_places=9,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )


def _nanos(dollars: Decimal | None) -> int | None:
    return None if dollars is None else int(dollars * 10**9)


class RunFilterForm(FilterForm):
    """`MORE` are folded away."""

    MORE: ClassVar = (
        "agent",
        "tool",
        "model",
        "error_type",
        "subject",
        "error",
        "longer",
        "shorter",
        "costlier",
        "cheaper",
        "until",
        "memory",
    )

    q = text("Search", placeholder="Part of a name or a conversation", search=True)
    status = choice("Status", [ANY, *RunStatus.choices])
    since = day_field("Active since")
    sort = choice("Order", ORDERS)
    error = choice("Errors", [ANY, *ERRORS])
    agent = text("Agent")
    tool = text("Tool")
    model = text("Model")
    error_type = text("Error type")
    subject = text("About")
    until = day_field("Begun until")
    longer = duration_field("Took at least", placeholder="30 s, 5 min, 2 h")
    shorter = duration_field("Took less than", placeholder="1 h")
    costlier = cost_field("Cost at least ($)")
    cheaper = cost_field("Cost less than ($)")
    memory = forms.UUIDField(label="Touched memory", required=False)

    @property
    def narrowing(self) -> dict[str, Any]:
        """What is chosen, but for the order."""
        return {name: value for name, value in self.chosen.items() if name != "sort"}

    @property
    def has_more(self) -> bool:
        """Whether what is folded away has to be seen: what is chosen stands beside the list."""
        return any(name in self.errors for name in self.MORE)

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE]

    @property
    def order(self) -> RunOrder:
        return RunOrder(self.chosen.get("sort") or RunOrder.NEWEST)

    def wanted(self) -> RunFilter:
        chosen = self.chosen
        errors, memory = chosen.get("error"), chosen.get("memory")
        return RunFilter(
            text=chosen.get("q"),
            status=RunStatus(chosen["status"]) if "status" in chosen else None,
            agent=chosen.get("agent"),
            tool=chosen.get("tool"),
            model=chosen.get("model"),
            error_type=chosen.get("error_type"),
            subject=chosen.get("subject"),
            since=midnight(chosen["since"]) if "since" in chosen else None,
            until=midnight(chosen["until"]) + DAY if "until" in chosen else None,
            has_errors=errors == "some" if errors else None,
            longer=duration_of(chosen["longer"]) if "longer" in chosen else None,
            shorter=duration_of(chosen["shorter"]) if "shorter" in chosen else None,
            costlier_nanos=_nanos(chosen.get("costlier")),
            cheaper_nanos=_nanos(chosen.get("cheaper")),
            memory_id=str(memory) if memory else None,
        )

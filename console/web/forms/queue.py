"""How soon a queue wants its items decided, as people write times: 30 min, 4 h, 2 d."""

import re
from typing import Any

from django import forms
from typing_extensions import override

from console.web.quantities import took
from memory.models import ReviewQueue
from memory.policies.values import optional_name
from memory.reviews.figures import MINUTE, YEAR, QueueFigures

SECONDS = {"d": 86_400, "h": 3_600, "min": 60, "m": 60}
PART = re.compile(r"([0-9]{1,6}) ?(d|h|min|m)")
WHOLE = re.compile(rf"{PART.pattern}( ?{PART.pattern})*")
MAX_SPAN = 40
NANOSECONDS = 10**9


def span_text(seconds: int) -> str:
    """`1 h 30 min`, exactly."""
    return took(seconds * NANOSECONDS, units=len(SECONDS))


class SpanField(forms.CharField):
    """Whole minutes, in seconds once clean."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_SPAN, **options)

    @override
    def prepare_value(self, value: Any) -> Any:
        return span_text(value) if isinstance(value, int) else value

    @override
    def clean(self, value: Any) -> int:
        text = " ".join(str(super().clean(value)).lower().split())
        if not WHOLE.fullmatch(text):
            raise forms.ValidationError("Write a time such as 30 min, 4 h or 2 d.")
        seconds = sum(int(amount) * SECONDS[unit] for amount, unit in PART.findall(text))
        if not MINUTE <= seconds <= YEAR:
            raise forms.ValidationError("From 1 min to 365 d.")
        return seconds


class ShareField(forms.FloatField):
    """Per cent on the page, a share of one once clean."""

    def __init__(self, **options: Any) -> None:
        widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
        super().__init__(min_value=0, max_value=100, widget=widget, **options)

    @override
    def prepare_value(self, value: Any) -> Any:
        return f"{value * 100:g}" if isinstance(value, float) else value

    @override
    def clean(self, value: Any) -> float:
        return float(super().clean(value) or 0) / 100


class QueueForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="Small letters, digits and _, as a policy's rule names it.",
    )
    description = forms.CharField(
        label="What for",
        required=False,
        max_length=500,
        help_text="Who looks at it, and where to ask.",
    )
    sla_urgent = SpanField(label="Urgent: decide within")
    sla_high = SpanField(label="High: decide within")
    sla_normal = SpanField(label="Normal: decide within")
    sla_low = SpanField(label="Low: decide within")
    sampled_share = ShareField(
        label="Looked at again, in %",
        help_text="Of what the policy approved by itself, so much comes back for a person.",
    )
    double_blind_share = ShareField(
        label="Decided twice, in %",
        help_text="So much is decided by two people who do not see each other's answer.",
    )
    gold_share = ShareField(
        label="Known already, in %",
        help_text="So much are items whose right answer is known, to see how reviewers do.",
    )

    def __init__(self, queue: ReviewQueue | None, *args: Any, **kwargs: Any) -> None:
        """`queue` None makes a new one, and asks for its name."""
        shown = queue or ReviewQueue()
        names = [*QueueFigures.bounds(), "description"]
        kwargs.setdefault("initial", {name: getattr(shown, name) for name in names})
        super().__init__(*args, **kwargs)
        self.queue = queue
        if queue is not None:
            del self.fields["name"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        try:
            name = optional_name(name)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if ReviewQueue.objects.filter(name=name).exists():
            raise forms.ValidationError("There is a queue of that name.")
        return name

    def asked(self) -> dict[str, Any]:
        """For `save_queue`."""
        figures = {name: self.cleaned_data[name] for name in QueueFigures.bounds()}
        return {
            "name": self.queue.name if self.queue else self.cleaned_data["name"],
            "description": self.cleaned_data["description"],
            "figures": QueueFigures(**figures),
        }

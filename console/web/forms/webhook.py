from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from console.accounts.models import Agent
from console.platform.clock import now
from console.platform.outbound import MAX_URL
from console.web.forms.filters import ANY, FilterForm, choice
from console.webhooks.kinds import CHOOSABLE, EventKind
from console.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from console.webhooks.models.delivery import IN_STATE
from console.webhooks.models.endpoint import MAX_DESCRIPTION

EVERY_AGENT = ""
OVERLAPS = (
    ("24", "1 day"),
    ("1", "1 hour"),
    ("168", "7 days"),
    ("0", "Not at all: somebody else knows it"),
)
PERIODS = (
    ("1", "the last hour"),
    ("24", "the last day"),
    ("168", "the last 7 days"),
    ("720", "the last 30 days"),
)


class WebhookForm(forms.Form):
    url = forms.CharField(
        label="Address",
        max_length=MAX_URL,
        widget=forms.URLInput(attrs={"placeholder": "https://example.com/mnemoscope"}),
        help_text="Your server's, beginning with https://. It must be reachable from the internet.",
    )
    description = forms.CharField(
        label="What it is for",
        max_length=MAX_DESCRIPTION,
        required=False,
        help_text="Such as “wakes the support bot”.",
    )
    kinds = forms.MultipleChoiceField(
        label="Is sent",
        choices=[(kind.value, kind.label) for kind in CHOOSABLE],
        initial=[EventKind.REVIEW_DECIDED.value],
        widget=forms.CheckboxSelectMultiple,
    )
    agent = forms.ChoiceField(label="About what was written by", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agents = Agent.objects.order_by("name").values_list("id", "name")
        choices = [(EVERY_AGENT, "Any agent"), *((str(one), name) for one, name in agents)]
        self.fields["agent"].choices = choices  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """What the actions that make and edit a webhook take."""
        chosen = self.cleaned_data["agent"]
        return {
            "url": self.cleaned_data["url"],
            "description": self.cleaned_data["description"],
            "kinds": self.cleaned_data["kinds"],
            "agent": Agent.objects.get(id=chosen) if chosen else None,
        }


def shown(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "url": endpoint.url,
        "description": endpoint.description,
        "kinds": endpoint.kinds,
        "agent": str(endpoint.agent_id or EVERY_AGENT),
    }


class RotateSecretForm(forms.Form):
    overlap = forms.ChoiceField(
        label="The old secret signs as well, for",
        choices=OVERLAPS,
        initial="24",
        help_text="Long enough to give every receiver the new one.",
    )

    def for_how_long(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["overlap"]))


class ReplayForm(forms.Form):
    """A GET form as well: it counts before anything is sent."""

    period = forms.ChoiceField(label="What failed in", choices=PERIODS, initial="24")

    def chosen(self, deliveries: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
        hours = int(self.cleaned_data["period"])
        return deliveries.filter(
            IN_STATE[DeliveryState.FAILED], created_at__gte=now() - timedelta(hours=hours)
        )


class DeliveryFilter(FilterForm):
    state = choice("State", [ANY, *DeliveryState.choices])
    kind = choice("Event", [ANY, *((kind.value, kind.value) for kind in EventKind)])

    def apply(self, deliveries: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
        chosen = self.chosen
        if "state" in chosen:
            deliveries = deliveries.filter(IN_STATE[DeliveryState(chosen["state"])])
        if "kind" in chosen:
            deliveries = deliveries.filter(event__kind=chosen["kind"])
        return deliveries

from datetime import datetime, timedelta
from typing import Any

from django import forms

from console.accounts.models import Agent
from console.platform.clock import now
from console.web.forms.key import LIFETIMES, NEVER

OVERLAPS = (("1", "1 hour"), ("24", "1 day"), ("168", "7 days"))


class SigningKeyForm(forms.Form):
    agent = forms.ChoiceField(label="Signs for")
    lifetime = forms.ChoiceField(label="Expires after", choices=LIFETIMES, initial="365")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agents = Agent.objects.order_by("name").values_list("id", "name")
        choices = [(str(agent_id), name) for agent_id, name in agents]
        self.fields["agent"].choices = choices  # type: ignore[attr-defined]

    def signer(self) -> Agent:
        return Agent.objects.get(id=self.cleaned_data["agent"])

    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["lifetime"]
        return None if days == NEVER else now() + timedelta(days=int(days))


class RotateForm(forms.Form):
    overlap = forms.ChoiceField(
        label="The old key counts for",
        choices=OVERLAPS,
        initial="24",
        help_text="Long enough to give every copy of the agent the new one.",
    )

    def for_how_long(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["overlap"]))

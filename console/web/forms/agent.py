from typing import Any

from django import forms
from django.db.models import QuerySet

from console.accounts.models import Agent, Membership, Stops, User
from console.web.forms.filters import ANY, FilterForm, choice, text
from memory.agents import Health

NOBODY = ("", "Nobody")


def _members() -> list[tuple[str, str]]:
    members = Membership.objects.select_related("user").order_by("user__email")
    return [(str(member.user_id), str(member.user)) for member in members]


class AgentFilter(FilterForm):
    q = text("Name", placeholder="Part of a name", search=True)
    health = choice("Health", [ANY, *Health.choices])
    trust = choice("Trust", [ANY, ("yes", "Trusted"), ("no", "Not trusted")])
    owner = choice("Owner", lambda: [ANY, *_members()])

    def apply(self, agents: QuerySet[Agent]) -> QuerySet[Agent]:
        chosen = self.chosen
        if "q" in chosen:
            agents = agents.filter(name__icontains=chosen["q"])
        if "trust" in chosen:
            agents = agents.filter(trusted_at__isnull=chosen["trust"] == "no")
        if "owner" in chosen:
            agents = agents.filter(owner_id=chosen["owner"])
        return agents


class _OwnerForm(forms.Form):
    owner = forms.ChoiceField(
        label="Owner",
        required=False,
        help_text="The person who answers for it. They cannot approve what it writes.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [NOBODY, *_members()]  # type: ignore[attr-defined]

    def person(self) -> User | None:
        chosen = self.cleaned_data["owner"]
        return User.objects.get(id=chosen) if chosen else None


class RegisterForm(_OwnerForm):
    name = forms.CharField(
        label="Name",
        max_length=200,
        help_text="As it calls itself in its traces (gen_ai.agent.name), so that its runs are"
        " found here.",
    )
    field_order = ("name", "owner")


class OwnerForm(_OwnerForm):
    pass


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Why", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class FreezeForm(ReasonForm):
    stops = forms.ChoiceField(
        label="What to stop",
        choices=[
            (Stops.BOTH, "Reads and writes"),
            (Stops.WRITES, "Writes only: it still recalls"),
            (Stops.READS, "Reads and recalls only: it still writes"),
        ],
        initial=Stops.BOTH,
        widget=forms.RadioSelect,
    )
    field_order = ("stops", "reason")

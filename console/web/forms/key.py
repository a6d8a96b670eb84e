from datetime import datetime, timedelta
from typing import Any, TypeVar

from django import forms
from django.db.models import QuerySet

from console.accounts.actor import Actor
from console.accounts.models import Agent, ApiKey
from console.accounts.permissions import Permission
from console.keys.models import SigningKey
from console.platform.clock import now
from console.web.forms.filters import ANY, FilterForm, choice

NEVER = "never"
LIFETIMES = (("30", "30 days"), ("90", "90 days"), ("365", "1 year"), (NEVER, "Never"))
ME = "me"
SCOPES = (
    (Permission.MEMORY_RECALL, "Recall memories"),
    (Permission.MEMORY_READ, "Read memories"),
    (Permission.MEMORY_WRITE, "Write and revise memories"),
    (Permission.MEMORY_EXPIRE, "Expire memories"),
    (Permission.MEMORY_DELETE, "Delete memories"),
    (Permission.TRACES_INGEST, "Send traces"),
    (Permission.TRACES_READ, "Read runs"),
    (Permission.OUTCOME_REPORT, "Report how runs went"),
)
USUAL_SCOPES = (
    Permission.MEMORY_RECALL,
    Permission.MEMORY_READ,
    Permission.MEMORY_WRITE,
    Permission.TRACES_INGEST,
    Permission.OUTCOME_REPORT,
)


SOON_DAYS = 14

K = TypeVar("K", ApiKey, SigningKey)


def ending_soon(keys: QuerySet[K]) -> QuerySet[K]:
    """In use, and to be replaced within SOON_DAYS."""
    moment = now()
    until = moment + timedelta(days=SOON_DAYS)
    return keys.filter(revoked_at__isnull=True, expires_at__gt=moment, expires_at__lte=until)


class KeyFilter(FilterForm):
    due = choice("Expires", [ANY, ("soon", f"Within {SOON_DAYS} days")])

    def apply(self, keys: QuerySet[K]) -> QuerySet[K]:
        return ending_soon(keys) if "due" in self.chosen else keys


class KeyForm(forms.Form):
    label = forms.CharField(
        label="Name", max_length=200, help_text="Where it will live, such as “support bot, prod”."
    )
    holder = forms.ChoiceField(label="Acts as")
    scopes = forms.MultipleChoiceField(
        label="An agent's key may",
        choices=SCOPES,
        initial=USUAL_SCOPES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="A personal key may do what you may, and needs no choice here.",
    )
    lifetime = forms.ChoiceField(label="Expires after", choices=LIFETIMES, initial="90")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = [(ME, f"Me ({actor.label})")]
        if actor.may(Permission.KEYS_MANAGE):
            agents = Agent.objects.order_by("name").values_list("id", "name")
            holders += [(str(agent_id), name) for agent_id, name in agents]
        self.fields["holder"].choices = holders  # type: ignore[attr-defined]
        if len(holders) == 1:
            del self.fields["scopes"]

    def agent(self) -> Agent | None:
        """None for a personal key."""
        holder = self.cleaned_data["holder"]
        return None if holder == ME else Agent.objects.get(id=holder)

    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["lifetime"]
        return None if days == NEVER else now() + timedelta(days=int(days))

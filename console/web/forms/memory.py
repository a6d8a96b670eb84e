from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import QueryDict

from console.platform.clock import now
from console.web.forms.filters import ANY, FilterForm, agent_choices, choice, text
from console.web.forms.moments import MomentField
from memory.actions.decide import Decision
from memory.browsing import Expiry, Wanted
from memory.models import Kind, State, Tier
from memory.reviews.reasons import offered

EXPIRY = [(Expiry.NEVER, "Never"), (Expiry.SOON, "Within 7 days"), (Expiry.PAST, "Past")]
SIGNED = [("yes", "Signed"), ("no", "Not signed")]
BEST, NEWEST, ENDING = "best", "newest", "ending"
ORDERS = [("", "Best first"), (NEWEST, "Newest"), (ENDING, "Ending soonest")]
TO_COME = "Nobody knows yet what will be."


class PastForm(FilterForm):
    """When one looks: `at` is the system's time, `valid_at` the world's."""

    at = MomentField(label="As it was at (UTC)", required=False)
    valid_at = MomentField(label="True in the world at (UTC)", required=False)

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and at > now():
            raise forms.ValidationError(TO_COME)
        return at

    @property
    def moment(self) -> datetime | None:
        moment: datetime | None = self.chosen.get("at")
        return moment


class MemoryFilter(PastForm):
    """`FACETS` are chosen by links beside the list, which the form only carries along."""

    FACETS: ClassVar = ("state", "kind", "tier", "agent", "subject", "expiry", "signed")

    q = text("Search", placeholder="What do you look for?", search=True)
    sort = choice("Order", ORDERS)
    state = choice("State", [ANY, *State.choices])
    kind = choice("Kind", [ANY, *Kind.choices])
    tier = choice("Tier", [ANY, *Tier.choices])
    agent = choice("Agent", agent_choices)
    subject = text("About")
    expiry = choice("Expires", [ANY, *EXPIRY])
    signed = choice("Signature", [ANY, *SIGNED])

    @property
    def order(self) -> str:
        """The newest come first where nothing is sought that could fit best."""
        order: str = self.chosen.get("sort") or (BEST if "q" in self.chosen else NEWEST)
        return order

    @property
    def wanted(self) -> Wanted:
        chosen: dict[str, Any] = self.chosen
        return Wanted(
            state=State(chosen["state"]) if "state" in chosen else None,
            kind=Kind(chosen["kind"]) if "kind" in chosen else None,
            tier=Tier(chosen["tier"]) if "tier" in chosen else None,
            agent_id=UUID(chosen["agent"]) if "agent" in chosen else None,
            subject=chosen.get("subject", ""),
            expiry=Expiry(chosen["expiry"]) if "expiry" in chosen else None,
            signed=chosen["signed"] == "yes" if "signed" in chosen else None,
        )

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """Label and error of each facet that does not hold: none has a field of its own."""
        named = [name for name in self.FACETS if name in self.errors]
        return [(str(self[name].label), str(self.errors[name][0])) for name in named]


class ReviseForm(forms.Form):
    """`version` is the one that was on the screen: another in force makes the change void."""

    content = forms.CharField(
        label="Text",
        max_length=settings.MEMORY_MAX_CONTENT_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    reason = forms.CharField(label="Why", required=False, max_length=60)
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class EndForm(forms.Form):
    """Why a memory is expired or deleted."""

    reason = forms.ChoiceField(label="Reason", widget=forms.RadioSelect)
    comment = forms.CharField(
        label="Note",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, ending: Decision, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id=f"{ending}_%s")
        reasons = offered(ending)
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]
        self.fields["reason"].initial = reasons[0][0]

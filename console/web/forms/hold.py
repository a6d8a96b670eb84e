from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from typing_extensions import override

from audit.models import Run
from console.accounts.models import Agent
from console.platform.clock import now
from console.web.forms.filters import day_field
from memory.models import HoldScope, Memory

DAY = timedelta(days=1)
ONE, TWO = "1", "2"
MISSING = "Say which, for this scope."


def _moment(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None


class PlaceForm(forms.Form):
    """A hold of any scope; of a memory's page, on that memory or on what it belongs to."""

    scope = forms.ChoiceField(label="What to hold", widget=forms.RadioSelect)
    subject = forms.CharField(
        label="Subject",
        required=False,
        max_length=200,
        help_text="The person by your own identifier. What is yet to come is held too.",
    )
    run = forms.UUIDField(
        label="Run", required=False, help_text="Its id, as its page's address has it."
    )
    agent = forms.ChoiceField(label="Agent", required=False)
    since = day_field("From", "The first day of the period, in UTC.")
    until = day_field("To", "Its last day. Left empty, it goes on.")
    ground = forms.CharField(
        label="Ground",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The case, the letter or the law that asks for it.",
    )
    review_on = day_field(
        "Review on", "When to ask whether it is still needed. It never ends by itself."
    )
    release_people = forms.ChoiceField(
        label="To release it takes",
        widget=forms.RadioSelect,
        choices=[(ONE, "One owner"), (TWO, "Two: one asks, another agrees")],
        initial=ONE,
        required=False,
    )

    def __init__(self, memory: Memory | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.memory = memory
        scopes = [(scope.value, str(scope.label)) for scope in HoldScope]
        if memory is None:
            scopes = scopes[1:]
            agents = [(str(one.id), one.name) for one in Agent.objects.order_by("name")]
            self.fields["agent"].choices = [("", "Choose one"), *agents]  # type: ignore[attr-defined]
        else:
            scopes = scopes[:1]
            if memory.subject is not None:
                whom = memory.subject.external_id
                scopes.append((HoldScope.SUBJECT, f"All about {whom}, what is to come too"))
            for name in ("subject", "run", "agent", "since", "until"):
                del self.fields[name]
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]
        self.fields["scope"].initial = scopes[0][0]

    def clean_review_on(self) -> datetime | None:
        moment = _moment(self.cleaned_data["review_on"])
        if moment is not None and moment <= now():
            raise forms.ValidationError("Choose a day to come.")
        return moment

    @override
    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        scope = said.get("scope")
        if self.memory is None and scope:
            needed = "since" if scope == HoldScope.PERIOD else scope
            if needed not in self.errors and not said.get(needed):
                self.add_error(needed, MISSING)
            elif scope == HoldScope.RUN and "run" not in self.errors:
                said["run"] = Run.objects.filter(id=said["run"]).first()
                if said["run"] is None:
                    self.add_error("run", "There is no such run.")
            elif scope == HoldScope.AGENT and "agent" not in self.errors:
                said["agent"] = Agent.objects.get(id=said["agent"])
            since, until = said.get("since"), said.get("until")
            if scope == HoldScope.PERIOD and since and until and until < since:
                self.add_error("until", "A period ends after it begins.")
        return said

    def hold(self) -> dict[str, Any]:
        """What `place_hold` takes."""
        said = self.cleaned_data
        held: dict[str, Any] = {
            "ground": said["ground"],
            "review_at": said["review_on"],
            "release_people": int(said["release_people"] or ONE),
        }
        scope = said["scope"]
        if self.memory is not None:
            if scope == HoldScope.SUBJECT and self.memory.subject is not None:
                return held | {"subject": self.memory.subject.external_id}
            return held | {"memory": self.memory}
        if scope == HoldScope.PERIOD:
            last = said["until"]
            until = _moment(last + DAY) if last else None
            return held | {"since": _moment(said["since"]), "until": until}
        return held | {scope: said[scope]}


class ReleaseForm(forms.Form):
    reason = forms.CharField(
        label="Why it is no longer needed",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

from datetime import UTC, datetime, time, timedelta

from django import forms

from console.platform.clock import now
from console.web.forms.agent import ReasonForm
from console.web.forms.subject import day_field, past_day
from memory.desk.intake import MOST_NAMES
from memory.models import Ground, Law, RequestKind

KINDS = [
    (RequestKind.ERASURE, "To be erased (Art. 17)"),
    (RequestKind.ACCESS, "To get a copy of what is held (Art. 15, 20)"),
    (RequestKind.RECTIFICATION, "To have something corrected (Art. 16)"),
    (RequestKind.RESTRICTION, "That it is kept, but not used (Art. 18)"),
]
LIFT = "lift"


class RequestForm(forms.Form):
    """Without a law chosen, that of the desk's settings; without a deadline, what the law says."""

    kind = forms.ChoiceField(
        label="What they ask for",
        choices=[*KINDS, (LIFT, "That it may be used again (Art. 18(3))")],
        initial=RequestKind.ERASURE,
    )
    asked_by = forms.CharField(
        label="Who asked, and how",
        max_length=200,
        help_text="“The person, by letter of 12 November”. No more about them than is needed.",
    )
    contact = forms.CharField(
        label="Where they are answered",
        max_length=254,
        required=False,
        help_text="An e-mail address, or what leads to them by another way.",
    )
    also_named = forms.CharField(
        label="Also known as",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Other identifiers and names of the same person, one a line.",
    )
    wish = forms.CharField(
        label="In their words",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What is to be corrected, or why. Not needed for an erasure or a copy.",
    )
    identity_check = forms.CharField(
        label="How you know it is them",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What was compared with what. Do not copy a document in here. Left empty, it is"
        " found out next.",
    )
    received_on = day_field("Received on", "Today, if left empty. The deadline counts from here.")
    law = forms.ChoiceField(
        label="By the clock of", required=False, choices=[("", "The desk's setting"), *Law.choices]
    )
    due_on = day_field("Answer by", "As the law says, if left empty.")

    def clean_also_named(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["also_named"].splitlines()]
        names = [name for name in names if name]
        if len(names) > MOST_NAMES or any(len(name) > 200 for name in names):  # noqa: PLR2004
            raise forms.ValidationError(f"At most {MOST_NAMES} names of 200 characters.")
        return names

    def clean_received_on(self) -> datetime | None:
        return past_day(self.cleaned_data["received_on"])

    def clean_due_on(self) -> datetime | None:
        day = self.cleaned_data["due_on"]
        if day is None:
            return None
        due = datetime.combine(day, time.min, UTC) + timedelta(days=1)  # its end
        if due <= (self.cleaned_data.get("received_on") or now()):
            raise forms.ValidationError("It is due after it came.")
        return due


class NamedRequestForm(RequestForm):
    subject = forms.CharField(
        label="Subject", max_length=200, help_text="The person, by your own identifier."
    )
    field_order = ("kind", "subject", "also_named")


class RefuseForm(ReasonForm):
    ground = forms.ChoiceField(
        label="On what ground", choices=[("", "Choose one"), *Ground.choices]
    )
    field_order = ("ground", "reason")


class CarryOutForm(forms.Form):
    sure = forms.BooleanField(label="It cannot be undone, by anybody. Erase it.")

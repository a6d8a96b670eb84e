from datetime import UTC, datetime, time, timedelta

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet

from console.platform.clock import now
from console.web.forms.agent import ReasonForm
from console.web.forms.filters import ANY, FilterForm, choice, day_field, text
from console.web.forms.subject import past_day
from memory.desk.intake import MOST_NAMES
from memory.desk.setting import MAX_COOL_OFF_HOURS
from memory.models import (
    OPEN_REQUESTS,
    Ground,
    Law,
    RequestKind,
    RequestStatus,
    SubjectRequest,
)

KINDS = [
    (RequestKind.ERASURE, "To be erased (Art. 17)"),
    (RequestKind.ACCESS, "To get a copy of what is held (Art. 15, 20)"),
    (RequestKind.RECTIFICATION, "To have something corrected (Art. 16)"),
    (RequestKind.RESTRICTION, "That it is kept, but not used (Art. 18)"),
]
LIFT = "lift"
OPENED = sorted(OPEN_REQUESTS, key=list(RequestStatus).index)
CLOSED = [(one.value, one.label) for one in RequestStatus if one not in OPEN_REQUESTS]
MAX_NAME = 200


def names_in(lines: str) -> list[str]:
    """One a line. Raises ValidationError."""
    names = [name for line in lines.splitlines() if (name := line.strip())]
    if len(names) > MOST_NAMES or any(len(name) > MAX_NAME for name in names):
        raise forms.ValidationError(f"At most {MOST_NAMES} of {MAX_NAME} characters each.")
    return names


class RequestFilter(FilterForm):
    """What is open, by its next deadline; or what is closed, the latest first."""

    q = text("Person or reference", placeholder="customer-4711, R-…", search=True)
    kind = choice("Asks for", [ANY, *RequestKind.choices])
    status = choice(
        "Status",
        [("", "Open"), *((one.value, one.label) for one in OPENED), ("closed", "Closed"), *CLOSED],
    )
    due = choice("Due", [ANY, ("overdue", "Overdue"), ("week", "Within a week")])

    @property
    def closed(self) -> bool:
        return self.chosen.get("status") in {"closed", *dict(CLOSED)}

    def apply(self, requests: QuerySet[SubjectRequest]) -> QuerySet[SubjectRequest]:
        chosen = self.chosen
        if (status := chosen.get("status", "")) in {"", "closed"}:
            requests = requests.filter(closed_at__isnull=not status)
        else:
            requests = requests.filter(status=status)
        if "kind" in chosen:
            requests = requests.filter(kind=chosen["kind"])
        if "due" in chosen:
            until = now() + (timedelta(days=7) if chosen["due"] == "week" else timedelta())
            requests = requests.filter(due_at__lt=until)
        if "q" in chosen:
            sought = chosen["q"]
            same = Q(reference__iexact=sought) | Q(named__icontains=sought)
            requests = requests.filter(same | Q(subject__external_id=sought))
        return requests


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
        return names_in(self.cleaned_data["also_named"])

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


class NameForm(forms.Form):
    subject = forms.CharField(
        label="Subject", max_length=200, help_text="The person, by your own identifier."
    )
    aliases = forms.CharField(
        label="The same person is also",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Other identifiers of yours, one a line. What is held under them goes with it:"
        " name only what you know to be theirs.",
    )

    def clean_aliases(self) -> list[str]:
        return names_in(self.cleaned_data["aliases"])


class ConfirmForm(forms.Form):
    identity_check = forms.CharField(
        label="How you know it is them",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What was compared with what. Do not copy a document in here.",
    )


class EnterForm(forms.Form):
    code = forms.CharField(
        label="The code they tell you",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class AcknowledgeForm(forms.Form):
    how = forms.ChoiceField(
        label="How they were told",
        choices=[("mail", "By e-mail"), ("letter", "By letter"), ("other", "Otherwise")],
    )


class DuplicateForm(forms.Form):
    reference = forms.CharField(
        label="Of which request", max_length=20, help_text="Its reference, R-…"
    )


class RefuseForm(ReasonForm):
    ground = forms.ChoiceField(
        label="On what ground", choices=[("", "Choose one"), *Ground.choices]
    )
    field_order = ("ground", "reason")


class FinishForm(forms.Form):
    comment = forms.CharField(
        label="What was done",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RectifyForm(forms.Form):
    content = forms.CharField(
        label="What it says from now on",
        max_length=settings.MEMORY_MAX_CONTENT_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    erase_old = forms.BooleanField(label="Delete what it said before, for good", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class CarryOutForm(forms.Form):
    sure = forms.BooleanField(label="It cannot be undone, by anybody. Erase it.")


class DeskForm(forms.Form):
    """How the desk is run, to be changed."""

    form_open = forms.BooleanField(
        label="Anybody may ask by the public form",
        required=False,
        help_text="Off, the address answers as that of a workspace that does not exist.",
    )
    form_words = forms.CharField(
        label="On the form",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who answers, and how else you can be reached. Plain text.",
    )
    law = forms.ChoiceField(
        label="By the clock of",
        choices=[
            (Law.GDPR, "GDPR: one month, two more if it is complex"),
            (Law.CCPA, "CCPA: confirmed in 10 business days, answered in 45 days, 45 more"),
        ],
    )
    cool_off_hours = forms.IntegerField(
        label="Hours an approved erasure cools off",
        min_value=0,
        max_value=MAX_COOL_OFF_HOURS,
        help_text="So long anybody at the desk can stop it. By default 24; 0 is at once.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    reason = forms.CharField(label="Why", max_length=200, required=False)

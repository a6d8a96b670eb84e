from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from console.accounts.models import Subject
from console.platform.clock import now
from console.web.forms.filters import ANY, FilterForm, choice, text
from memory.actions.erasure_request import ANSWER_WITHIN
from memory.models import OPEN_ERASURES, Basis, ErasureRequest, ErasureStatus, LegalBasis, LegalHold

STANDINGS = [
    ANY,
    ("held", "Under a legal hold"),
    ("asked", "Erasure asked for"),
    ("erased", "Erased"),
    ("no_basis", "No legal basis recorded"),
]


class SubjectFilter(FilterForm):
    q = text("Subject", placeholder="Part of an identifier", search=True)
    standing = choice("Standing", STANDINGS)

    def apply(self, subjects: QuerySet[Subject]) -> QuerySet[Subject]:
        chosen = self.chosen
        if "q" in chosen:
            subjects = subjects.filter(external_id__icontains=chosen["q"])
        erasures = ErasureRequest.objects.all()
        if (standing := chosen.get("standing")) == "held":
            holds = LegalHold.objects.filter(released_at__isnull=True, subject_id__isnull=False)
            return subjects.filter(id__in=holds.values("subject_id"))
        if standing == "asked":
            asked = erasures.filter(status__in=OPEN_ERASURES)
            return subjects.filter(id__in=asked.values("subject_id"))
        if standing == "erased":
            done = erasures.filter(status=ErasureStatus.CARRIED_OUT)
            return subjects.filter(id__in=done.values("subject_id"))
        if standing == "no_basis":
            bases = LegalBasis.objects.filter(withdrawn_at__isnull=True)
            return subjects.exclude(id__in=bases.values("subject_id"))
        return subjects


def _day(label: str, help_text: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


def _past(day: Any) -> datetime | None:
    """Its beginning, never later than now."""
    if day is None:
        return None
    moment = datetime.combine(day, time.min, UTC)
    if moment > now():
        raise forms.ValidationError("Choose today or a day before.")
    return moment


class BasisForm(forms.Form):
    basis = forms.ChoiceField(label="Legal basis", choices=Basis.choices)
    since = _day("Since", "Today, if left empty.")
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=500,
        help_text="Where the consent or the contract is kept. Not the person's data.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_since(self) -> datetime | None:
        return _past(self.cleaned_data["since"])


class ErasureForm(forms.Form):
    asked_by = forms.CharField(
        label="Who asked, and how",
        max_length=200,
        help_text="“The person, by letter of 12 November”. No more about them than is needed.",
    )
    identity_check = forms.CharField(
        label="How you know it is them",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What was compared with what. Do not copy a document in here.",
    )
    received_on = _day("Received on", "Today, if left empty. The deadline counts from here.")
    due_on = _day(
        "Answer by",
        f"{ANSWER_WITHIN.days} days after it was received, if left empty (GDPR, Article 12).",
    )

    def clean_received_on(self) -> datetime | None:
        return _past(self.cleaned_data["received_on"])

    def clean_due_on(self) -> datetime | None:
        day = self.cleaned_data["due_on"]
        if day is None:
            return None
        due = datetime.combine(day, time.min, UTC) + timedelta(days=1)  # its end
        if due <= (self.cleaned_data.get("received_on") or now()):
            raise forms.ValidationError("It is due after it came.")
        return due


class NamedErasureForm(ErasureForm):
    subject = forms.CharField(
        label="Subject", max_length=200, help_text="The person, by your own identifier."
    )
    field_order = ("subject",)


class CarryOutForm(forms.Form):
    sure = forms.BooleanField(label="It cannot be undone, by anybody. Erase it.")

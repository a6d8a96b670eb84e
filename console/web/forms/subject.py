from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet

from console.accounts.models import Subject
from console.platform.clock import now
from console.web.forms.filters import ANY, FilterForm, choice, day_field, text
from memory.models import (
    OPEN_REQUESTS,
    Basis,
    LegalBasis,
    LegalHold,
    RequestKind,
    RequestStatus,
    SubjectRequest,
)

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
        erasures = SubjectRequest.objects.filter(kind=RequestKind.ERASURE)
        if (standing := chosen.get("standing")) == "held":
            holds = LegalHold.objects.filter(released_at__isnull=True, subject_id__isnull=False)
            return subjects.filter(id__in=holds.values("subject_id"))
        if standing == "asked":
            asked = erasures.filter(status__in=OPEN_REQUESTS)
            return subjects.filter(id__in=asked.values("subject_id"))
        if standing == "erased":
            done = erasures.filter(status=RequestStatus.COMPLETED)
            return subjects.filter(id__in=done.values("subject_id"))
        if standing == "no_basis":
            bases = LegalBasis.objects.filter(withdrawn_at__isnull=True)
            return subjects.exclude(id__in=bases.values("subject_id"))
        return subjects


def past_day(day: Any) -> datetime | None:
    """Its beginning, never later than now."""
    if day is None:
        return None
    moment = datetime.combine(day, time.min, UTC)
    if moment > now():
        raise forms.ValidationError("Choose today or a day before.")
    return moment


class BasisForm(forms.Form):
    basis = forms.ChoiceField(label="Legal basis", choices=Basis.choices)
    since = day_field("Since", "Today, if left empty.")
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=500,
        help_text="Where the consent or the contract is kept. Not the person's data.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_since(self) -> datetime | None:
        return past_day(self.cleaned_data["since"])

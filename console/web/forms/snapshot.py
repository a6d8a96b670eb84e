from datetime import UTC, datetime, timedelta

from django import forms

from console.platform.clock import now
from console.web.forms.json_object import JsonObjectField
from memory.retrieval.query import RecallQuery
from memory.snapshots.scope import SnapshotScope

LIFETIMES = (("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days"))


class SnapshotForm(forms.Form):
    """`confirmed` is sent by the second step, which has told how much it holds."""

    name = forms.CharField(
        label="Name", max_length=100, help_text="To recall from it by: “before the fix”."
    )
    subject = forms.CharField(
        label="About", max_length=200, required=False, help_text="A subject, by your identifier."
    )
    namespace = forms.CharField(
        label="Below the namespace",
        max_length=1_000,
        required=False,
        help_text="Segments with slashes between them: support/eu.",
    )
    filters = JsonObjectField(
        label="Filter",
        help_text='As in a recall: {"kind": "fact", "metadata.channel": "mail"}.',
    )
    as_of = forms.DateTimeField(
        label="As it was at",
        required=False,
        widget=forms.DateTimeInput(attrs={"placeholder": "2026-11-21 09:30"}),
        help_text="In UTC; now when left out.",
    )
    lifetime = forms.ChoiceField(label="Kept for", choices=LIFETIMES, initial="7")
    reason = forms.CharField(label="Why", max_length=200, required=False)
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def scope(self) -> SnapshotScope:
        values = self.cleaned_data
        as_of: datetime | None = values["as_of"]
        segments = (segment.strip() for segment in values["namespace"].split("/"))
        return SnapshotScope(
            as_of=as_of.astimezone(UTC) if as_of else now(),
            subject=values["subject"],
            namespace=tuple(segment for segment in segments if segment),
            filters=values["filters"],
        )

    def expires_at(self) -> datetime:
        return now() + timedelta(days=int(self.cleaned_data["lifetime"]))


class QuestionForm(forms.Form):
    query = forms.CharField(label="Question", max_length=4_000)
    subject = forms.CharField(label="About", max_length=200, required=False)
    valid_at = forms.DateTimeField(
        label="True in the world at",
        required=False,
        widget=forms.DateTimeInput(attrs={"placeholder": "2026-11-21 09:30"}),
        help_text="In UTC; the snapshot's own time when left out.",
    )
    purpose = forms.CharField(label="Why", max_length=300, required=False)

    def question(self) -> RecallQuery:
        return RecallQuery(**self.cleaned_data)

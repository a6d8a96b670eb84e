from django import forms

from audit.models import RunResult


class OutcomeForm(forms.Form):
    """How a run went, as a person saw it."""

    result = forms.ChoiceField(
        label="It was a",
        choices=RunResult.choices,
        initial=RunResult.SUCCESS,
        widget=forms.RadioSelect,
    )
    score = forms.FloatField(
        label="Score",
        required=False,
        min_value=0,
        max_value=1,
        help_text="From 0 to 1, if you have one.",
        widget=forms.NumberInput(attrs={"step": "0.05"}),
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

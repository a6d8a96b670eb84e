from django import forms

from memory.models import Verdict


class OpinionForm(forms.Form):
    """What somebody would decide. `seen` is the digest of the text that was looked at."""

    verdict = forms.ChoiceField(
        label="What would you decide?", choices=Verdict.choices, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)

from typing import ClassVar

from django import forms

from audit.actions.replay_traces import MOST_PREVIEWED
from audit.rules.retention import YEARS


class PreviewForm(forms.Form):
    USUAL: ClassVar[int] = 200

    newest = forms.IntegerField(
        label="Newest spans",
        min_value=1,
        max_value=MOST_PREVIEWED,
        initial=USUAL,
        help_text=f"At most {MOST_PREVIEWED:,}.",
    )


class ReplayForm(forms.Form):
    days = forms.IntegerField(
        label="Days back",
        min_value=1,
        max_value=YEARS,
        required=False,
        help_text="All that is stored where empty.",
    )
    reason = forms.CharField(label="Why", max_length=200, required=False)

"""Picking the run that another one is compared with."""

import re
from uuid import UUID

from django import forms

NO_RUN = "Give the id of a run, or the address of its page."
IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class OtherRunForm(forms.Form):
    run = forms.CharField(
        label="Compare with",
        max_length=500,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": "The id of a run, or the address of its page",
            }
        ),
    )

    def clean_run(self) -> UUID:
        found = IDENTIFIER.search(self.cleaned_data["run"])
        if found is None:
            raise forms.ValidationError(NO_RUN, code="invalid")
        return UUID(found.group())

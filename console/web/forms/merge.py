from typing import Any

from django import forms
from django.conf import settings

from console.web.screens.memory_rows import MemoryRow
from memory.actions.merge import MOST


class MergeForm(forms.Form):
    others = forms.TypedMultipleChoiceField(
        label="Merge it with", widget=forms.CheckboxSelectMultiple
    )
    content = forms.CharField(
        label="What they say together",
        max_length=settings.MEMORY_MAX_CONTENT_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    reason = forms.CharField(label="Why", required=False, max_length=60)

    def __init__(self, candidates: list[MemoryRow], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(row.memory.id), row.excerpt) for row in candidates]
        self.fields["others"].choices = choices  # type: ignore[attr-defined]

    def clean_others(self) -> list[str]:
        others: list[str] = self.cleaned_data["others"]
        if len(others) >= MOST:
            raise forms.ValidationError(f"Choose at most {MOST - 1}.")
        return others

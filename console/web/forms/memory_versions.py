from typing import Any

from django import forms
from django.http import QueryDict


class CompareForm(forms.Form):
    """Any two versions; without a choice the one in force, and the one before it."""

    use_required_attribute = False

    old = forms.TypedChoiceField(label="Version", coerce=int)
    new = forms.TypedChoiceField(label="against", coerce=int)

    def __init__(self, data: QueryDict, numbers: list[int], in_force: int) -> None:
        old = next((number for number in numbers if number < in_force), in_force)
        given: dict[str, Any] = {"old": old, "new": in_force} | data.dict()
        super().__init__(given, auto_id="compare_%s")
        choices = [
            (number, f"{number} (in force)" if number == in_force else str(number))
            for number in numbers
        ]
        for name in ("old", "new"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

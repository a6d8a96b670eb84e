import json
from typing import Any

from django import forms
from typing_extensions import override

MAX_CHARACTERS = 8_000
NO_OBJECT = "Write a JSON object: { … }."


class JsonObjectField(forms.CharField):
    """An object written as JSON; empty for nothing."""

    def __init__(self, **options: Any) -> None:
        area = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
        super().__init__(max_length=MAX_CHARACTERS, required=False, widget=area, **options)

    @override
    def clean(self, value: Any) -> dict[str, Any]:
        text = super().clean(value)
        if not text:
            return {}
        try:
            made = json.loads(text, object_pairs_hook=_object)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(NO_OBJECT) from error
        if not isinstance(made, dict):
            raise forms.ValidationError(NO_OBJECT)
        return made


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        # Of two members of one name, one would silently not count.
        raise ValueError("a member twice")
    return made

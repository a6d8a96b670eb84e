from typing import Any

from django import forms

from memory.retrieval.weights import DEFAULT_WEIGHTS, RecallWeights

WORDS = {
    "recency": ("Recency", "A memory of today before one of last year."),
    "confidence": ("Confidence", "What its writer was surer of first."),
    "approval": ("Approval", "What a person has approved first."),
    "half_life_days": ("Half-life, in days", "After so long a memory's recency counts half."),
    "unknown_confidence": ("Confidence where none is stated", "From 0 to 1."),
}


class RecallSettingForm(forms.Form):
    def __init__(self, weights: RecallWeights, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        defaults = DEFAULT_WEIGHTS.as_dict()
        values = weights.as_dict()
        for name, (low, high) in RecallWeights.bounds().items():
            label, help_text = WORDS.get(name, (name.replace("_", " ").capitalize(), ""))
            self.fields[name] = forms.FloatField(
                label=label,
                min_value=low,
                max_value=high,
                initial=values[name],
                help_text=f"{help_text} By default {defaults[name]:g}.",
                widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
            )
        self.fields["reason"] = forms.CharField(label="Why", max_length=200, required=False)

    def weights(self) -> RecallWeights:
        return RecallWeights(**{name: self.cleaned_data[name] for name in RecallWeights.bounds()})

from typing import Any

from django import forms

from memory.retrieval.weights import LEAST, MOST, RecallWeights

WORDS = {
    "recency": ("Recency", "A memory of today before one of last year."),
    "confidence": ("Confidence", "What its writer was surer of first."),
    "approval": ("Approval", "What a person has approved first."),
    "neighbour": ("Neighbours", "How much the words beside it in the same conversation count."),
}


class RecallSettingForm(forms.Form):
    def __init__(self, weights: RecallWeights, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        defaults = RecallWeights().as_dict()
        for name, value in weights.as_dict().items():
            label, help_text = WORDS.get(name, (name.replace("_", " ").capitalize(), ""))
            self.fields[name] = forms.FloatField(
                label=label,
                min_value=LEAST,
                max_value=MOST,
                initial=value,
                help_text=f"{help_text} By default {defaults[name]:g}.",
                widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
            )
        self.fields["reason"] = forms.CharField(label="Why", max_length=200, required=False)

    def weights(self) -> RecallWeights:
        return RecallWeights(**{name: self.cleaned_data[name] for name in RecallWeights.names()})

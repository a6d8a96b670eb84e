from console.web.forms.numbers import NumbersForm
from memory.retrieval.weights import RecallWeights


class RecallSettingForm(NumbersForm[RecallWeights]):
    words = {
        "recency": ("Recency", "A memory of today before one of last year."),
        "confidence": ("Confidence", "What its writer was surer of first."),
        "approval": ("Approval", "What a person has approved first."),
        "half_life_days": ("Half-life, in days", "After so long a memory's recency counts half."),
        "unknown_confidence": ("Confidence where none is stated", "From 0 to 1."),
    }

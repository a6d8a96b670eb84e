from typing import Any

from django import forms

from memory.keeping.rules import BOUNDS, LifecycleRules

WORDS = {
    "refresh_share": (
        "Refresh below this share of life",
        "A recalled memory with less than this left lives anew; 0 switches it off.",
    ),
    "refresh_cap_days": (
        "Refresh up to an age of, in days",
        "However often it is recalled, use keeps no memory longer.",
    ),
    "renewal_notice_days": (
        "Ask about renewal before the end, in days",
        "0 asks nobody.",
    ),
    "renewal_importance": (
        "Ask from this importance on",
        "As the writer stated it, from 0 to 1.",
    ),
    "renewal_recalls": (
        "Or from so many recalls on",
        "Within 30 days.",
    ),
    "archive_after_days": (
        "Archive after, in days",
        "A semantic memory that nobody recalled for so long moves to the archive.",
    ),
    "budget_per_subject": (
        "Memories per subject",
        "Past it the least useful end, held ones never; 0 is no budget.",
    ),
    "budget_per_namespace": (
        "Memories per namespace",
        "Of those about nobody; 0 is no budget.",
    ),
}


class LifecycleSettingForm(forms.Form):
    def __init__(self, rules: LifecycleRules, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        defaults, values = LifecycleRules().as_dict(), rules.as_dict()
        for name, (least, most) in BOUNDS.items():
            whole = LifecycleRules.is_whole(name)
            number: Any = forms.IntegerField if whole else forms.FloatField
            mode = {"inputmode": "numeric"} if whole else {"step": "any", "inputmode": "decimal"}
            label, help_text = WORDS[name]
            self.fields[name] = number(
                label=label,
                min_value=least,
                max_value=most,
                initial=values[name],
                help_text=f"{help_text} By default {defaults[name]:,g}.",
                widget=forms.NumberInput(attrs=mode),
            )
        self.fields["reason"] = forms.CharField(label="Why", max_length=200, required=False)

    def rules(self) -> LifecycleRules:
        return LifecycleRules(**{name: self.cleaned_data[name] for name in BOUNDS})

from console.web.forms.numbers import NumbersForm
from memory.keeping.rules import LifecycleRules


class LifecycleSettingForm(NumbersForm[LifecycleRules]):
    words = {
        "refresh_share": (
            "Refresh below this share of life",
            "A recalled memory with less than this left lives anew; 0 switches it off.",
        ),
        "refresh_cap_days": (
            "Refresh up to an age of, in days",
            "However often it is recalled, use keeps no memory longer.",
        ),
        "renewal_notice_days": ("Ask about renewal before the end, in days", "0 asks nobody."),
        "renewal_importance": (
            "Ask from this importance on",
            "As the writer stated it, from 0 to 1.",
        ),
        "renewal_recalls": ("Or from so many recalls on", "Within 30 days."),
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

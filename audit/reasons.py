"""Reasons that are codes of ours: they stand in the log for ever, and go out with webhooks.

Anything else that is given as a reason is somebody's words, even one word that looks like a code:
`jonas_weber` is one. Those are kept as a note, which an erasure blanks.
"""

REASONS = frozenset(
    {
        # Of the product itself.
        "approved_by_a_person",
        "contradicted",
        "defaults",
        "erasure",
        "evicted",
        "expired",
        "merged",
        "not_recalled",
        "recalled",
        "recalled_again",
        "recalled_in_several_runs",
        "rectification",
        "removed",
        "retention",
        "screened_anew",
        "superseded",
        "switched",
        "ttl",
        "undone",
        # How a person was told that their request came.
        "api",
        "letter",
        "mail",
        # Of decisions (memory.reviews.reasons).
        "accepted_risk",
        "accurate",
        "completes",
        "confirmed",
        "corrected",
        "duplicate",
        "earlier_holds",
        "inaccurate",
        "made_precise",
        "mistake",
        "not_needed",
        "other",
        "outdated",
        "personal_data",
        "poisoned",
        "reconsidered",
        "removed_personal_data",
        "secret",
        "slip",
        "suspicious",
        "unsupported",
        # Why an item was left to others (memory.reviews.skipping).
        "later",
        "needs_context",
        "not_impartial",
        "not_my_field",
    }
)

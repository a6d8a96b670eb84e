"""What people wrote about what is erased. Who decided what and when stays; their words go."""

from memory.erasure.stores.store import Store

OF_THEIR_REVIEWS = "x.review_id IN (SELECT id FROM reviews)"

REVIEWS = Store(
    governed=True,
    name="reviews",
    label="Review items",
    what_happens="Those that wait are closed; what they quote and the notes on them are blanked.",
    table="memory_reviewitem",
    left="x.id IN (SELECT id FROM reviews) AND (x.reasons <> '[]' OR x.escalation_note <> '')",
    blank="reasons = '[]', escalation_note = ''",
)
DECISIONS = Store(
    governed=True,
    name="comments",
    label="Comments on decisions",
    what_happens="Blanked. Who decided, when and how stays.",
    table="memory_reviewdecision",
    left=f"{OF_THEIR_REVIEWS} AND x.comment <> ''",
    sample="x.comment",
    blank="comment = ''",
)
SKIPS = Store(
    governed=True,
    name="skips",
    label="Why reviewers left items to others",
    what_happens="Blanked.",
    table="memory_reviewskip",
    left=f"{OF_THEIR_REVIEWS} AND x.comment <> ''",
    sample="x.comment",
    blank="comment = ''",
)
OPINIONS = Store(
    governed=True,
    name="opinions",
    label="Second opinions",
    what_happens="Their comments are blanked.",
    table="memory_secondopinion",
    left=f"{OF_THEIR_REVIEWS} AND x.comment <> ''",
    sample="x.comment",
    blank="comment = ''",
)

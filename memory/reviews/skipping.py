"""Why an item was left to others: a short list, so that it can be counted."""

from django.db import models


class SkipReason(models.TextChoices):
    NOT_MY_FIELD = "not_my_field", "Somebody else knows this better"
    NEEDS_CONTEXT = "needs_context", "I cannot tell from what is here"
    NOT_IMPARTIAL = "not_impartial", "I am not impartial"
    LATER = "later", "Others should see it first"
    OTHER = "other", "Another reason, told in the note"

from django.db import models


class DecisionReason(models.TextChoices):
    """Why a review was decided as it was: a short list, so that decisions can be counted."""

    ACCURATE = "accurate", "It is accurate"
    CORRECTED = "corrected", "It was corrected"
    INACCURATE = "inaccurate", "It is not accurate"
    POISONED = "poisoned", "It carries planted instructions"
    PERSONAL_DATA = "personal_data", "It holds personal data it should not"
    OUTDATED = "outdated", "It is out of date"
    DUPLICATE = "duplicate", "It repeats another memory"
    NOT_NEEDED = "not_needed", "It is not needed"
    OTHER = "other", "Another reason, told in the note"

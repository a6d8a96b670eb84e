from django.db import models


class RuleKind(models.TextChoices):
    """What a tenant may lay down about its spans, each kind in versions of its own."""

    MAPPING = "mapping"  # what attributes of its own mean
    REDACTION = "redaction"  # what is taken out before anything is stored
    PRICES = "prices"  # what a model's tokens cost

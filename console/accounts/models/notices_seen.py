from django.db import models

from console.tenancy.models import ScopedModel


class NoticesSeen(ScopedModel):
    """How far a person has read what their tenant was told: the row's id is theirs."""

    # The newest event that was on the screen; ids are in the order of time.
    through = models.UUIDField()

from django.db import models

from console.tenancy.models import ScopedModel


class ActivityDay(ScopedModel):
    """What agents did on one day (UTC) that is over, counted once from the trail.

    `counts` maps an agent's id to its writes, recalls and refusals. Append-only, and made of the
    trail alone: a day without a row is counted when it is asked for (`audit.activity`).
    """

    day = models.DateField()
    counts = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "day"], name="activity_once_a_day")
        ]

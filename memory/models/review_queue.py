from datetime import timedelta

from django.db import models
from django.db.models import Q
from typing_extensions import override

from console.platform.clock import now
from console.tenancy.models import ScopedModel

HOUR = 3600
# By the rank of a priority, from low to urgent.
SLA_FIELDS = ("sla_low", "sla_normal", "sla_high", "sla_urgent")
# Seconds to decide within, by rank, where nobody has chosen otherwise.
USUAL_SLA = (72 * HOUR, 24 * HOUR, 4 * HOUR, 1 * HOUR)
SHARES = ("sampled_share", "double_blind_share", "gold_share")
# What a policy calls no queue is this one. It exists whether or not anybody has configured it.
GENERAL = ""
GENERAL_LABEL = "general"


class ReviewQueue(ScopedModel):
    """Whose work an item is, and how soon: seconds to decide within, by priority.

    Of the shares, 0 to 1: automatic approvals that come back for a person, items two people decide
    without seeing each other's answer, items whose right answer is known.
    """

    name = models.CharField(max_length=60, blank=True)
    description = models.CharField(max_length=500, blank=True)
    sla_low = models.PositiveIntegerField(default=USUAL_SLA[0])
    sla_normal = models.PositiveIntegerField(default=USUAL_SLA[1])
    sla_high = models.PositiveIntegerField(default=USUAL_SLA[2])
    sla_urgent = models.PositiveIntegerField(default=USUAL_SLA[3])
    sampled_share = models.FloatField(default=0)
    double_blind_share = models.FloatField(default=0)
    gold_share = models.FloatField(default=0)
    created_at = models.DateTimeField(default=now, editable=False)

    audit_kind = "queue"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="queue_name_in_tenant"),
            models.CheckConstraint(
                condition=Q(
                    sampled_share__range=(0, 1),
                    double_blind_share__range=(0, 1),
                    gold_share__range=(0, 1),
                ),
                name="queue_shares_are_shares",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name or GENERAL_LABEL

    @property
    def is_configured(self) -> bool:
        """Or only in use, with the usual figures."""
        return not self._state.adding

    def sla(self, rank: int) -> timedelta:
        """How long an item of the priority of that rank may wait."""
        return timedelta(seconds=getattr(self, SLA_FIELDS[rank]))

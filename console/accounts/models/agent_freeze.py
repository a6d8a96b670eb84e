from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from console.accounts.models.agent import Agent
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel


class Stops(models.TextChoices):
    """What a freeze stops. Traces still arrive: what a stopped agent does next is evidence."""

    READS = "reads", "Reads and recalls"
    WRITES = "writes", "Writes"
    BOTH = "both", "Reads and writes"


class AgentFreeze(ScopedModel):
    """Who stopped an agent, from what, when and why; without `agent_id`, every agent there is.

    Several may stand over one agent: together they stop what any of them stops. A thaw ends one
    and stays beside it. From a freeze's commit on the database itself lets no transaction of the
    agent commit that does what is stopped (`audit.migrations`, freezes).
    """

    agent_id = models.UUIDField(null=True)
    agent = models.ForeignObject(
        Agent,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "agent_id"),
        to_fields=("tenant_id", "id"),
        related_name="freezes",
        null=True,
    )
    stops = models.CharField(max_length=10, choices=Stops, default=Stops.BOTH)
    reason = models.CharField(max_length=500)
    frozen_at = models.DateTimeField(default=now, editable=False)
    frozen_by_kind = models.CharField(max_length=10)
    frozen_by_id = models.UUIDField()
    frozen_by_label = models.CharField(max_length=200)
    thawed_at = models.DateTimeField(null=True)
    thawed_by_kind = models.CharField(max_length=10, blank=True)
    thawed_by_id = models.UUIDField(null=True)
    thawed_by_label = models.CharField(max_length=200, blank=True)
    thaw_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stops__in=Stops.values), name="freeze_stops_something"
            ),
            models.CheckConstraint(
                condition=Q(thawed_at__isnull=True, thaw_reason="")
                | (Q(thawed_at__isnull=False) & ~Q(thaw_reason="")),
                name="freeze_is_thawed_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "agent_id"],
                name="freeze_standing",
                condition=Q(thawed_at__isnull=True),
            ),
            models.Index(fields=["tenant_id", "-id"], name="freeze_newest"),
        ]

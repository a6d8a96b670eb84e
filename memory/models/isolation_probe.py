from django.contrib.postgres.fields import ArrayField
from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel


class IsolationProbe(ScopedModel):
    """One look across the wall of this tenant, from both sides (`memory.probing`).

    `leaks` names each look that found what lies beyond; it is empty where the wall holds. A blind
    probe did not even find what it must, so that its empty hands prove nothing.
    """

    looks = models.PositiveIntegerField()
    leaks = ArrayField(models.CharField(max_length=80), default=list)
    is_blind = models.BooleanField(default=False)
    took_ms = models.PositiveIntegerField()
    at = models.DateTimeField(default=now, editable=False)

    audit_kind = "isolation_probe"

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant_id", "-id"],
                name="probe_leaked",
                condition=~models.Q(leaks=[]),
            )
        ]

    @property
    def holds(self) -> bool:
        return not self.leaks and not self.is_blind

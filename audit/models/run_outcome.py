from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel


class RunResult(models.TextChoices):
    SUCCESS = "success"
    FAILURE = "failure"


class RunOutcome(ScopedModel):
    """How a run went, as somebody reported it. Append-only: who thinks better of it reports again.

    Of several reports the latest stands, a person's before an agent's. One that names a trace
    follows it: the trace may join another run when its conversation becomes known.
    """

    run_id = models.UUIDField()
    trace_id = models.BinaryField(max_length=16, null=True)
    result = models.CharField(max_length=10, choices=RunResult)
    score = models.FloatField(null=True)
    note = models.CharField(max_length=500, blank=True)
    reported_at = models.DateTimeField(default=now, editable=False)
    reported_by_kind = models.CharField(max_length=10)
    reported_by_id = models.UUIDField()
    reported_by_label = models.CharField(max_length=200)
    api_key_id = models.UUIDField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "run_outcome"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1),
                name="outcome_score_is_a_share",
            )
        ]
        indexes = [
            models.Index(fields=["tenant_id", "run_id", "-id"], name="outcome_of_run"),
            models.Index(fields=["tenant_id", "trace_id"], name="outcome_of_trace"),
        ]

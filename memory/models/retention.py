from django.db import models

from audit.rules.retention import LEAST_EVENT_DAYS
from console.platform.clock import now
from console.tenancy.models import ScopedModel
from console.tenancy.setting import Setting


class RetentionRuleSet(Setting):
    """For how long a tenant keeps memories by kind, tier and data class, beside its policy.

    `rules` are those of `memory.retention.rules.MemoryRule`, in their order. Audit events are
    kept for `event_days`, or for good.
    """

    rules = models.JSONField(default=list)
    event_days = models.PositiveIntegerField(null=True)

    audit_kind = "retention_rules"

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "-id"], name="retention_rules_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(event_days__isnull=True)
                | models.Q(event_days__gte=LEAST_EVENT_DAYS),
                name="events_are_kept_half_a_year",
            )
        ]


class ReportKind(models.TextChoices):
    SIMULATED = "simulated"  # what rules yet to be confirmed would remove
    RUN = "run"  # what a sweep removed


class RetentionReport(ScopedModel):
    """What retention would remove, or removed, by which rule, and what holds kept. Append-only.

    `rules` is the whole document it was made by (`memory.retention.rules.Rules`), `lines` those of
    `memory.retention.lines.Line`. Figures and dates only.
    """

    kind = models.CharField(max_length=10, choices=ReportKind)
    rules = models.JSONField()
    lines = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=now, editable=False)
    made_by_kind = models.CharField(max_length=10)
    made_by_id = models.UUIDField()
    made_by_label = models.CharField(max_length=200)

    audit_kind = "retention_report"

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "kind", "-id"], name="retention_report_newest")
        ]

    @property
    def removed(self) -> int:
        return sum(line["count"] for line in self.lines)

    @property
    def held(self) -> int:
        return sum(line["held"] for line in self.lines)

from datetime import timedelta

from django.db import models
from django.db.models import Case, Q, Value, When

from audit.models.trace import StitchedBy
from console.tenancy.models import ScopedModel

MICROSECOND = timedelta(microseconds=1)


class RunStatus(models.TextChoices):
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Run(ScopedModel):
    """What an agent did under one conversation, session or trace, over however many days.

    A summary of its spans, kept by `audit.ingest`. The id is derived from tenant and key, so
    that concurrent batches meet in one row. A span counts as soon as it starts; its errors,
    tokens and memory operations count when it ends.
    """

    audit_kind = "run"

    key = models.TextField()
    stitched_by = models.SmallIntegerField(choices=StitchedBy)
    name = models.TextField(blank=True)
    agent = models.TextField(blank=True)
    service = models.TextField(blank=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    span_count = models.BigIntegerField()
    error_count = models.BigIntegerField()
    input_tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()
    memory_reads = models.BigIntegerField()
    memory_writes = models.BigIntegerField()
    open_spans = models.BigIntegerField()
    open_traces = models.BigIntegerField()  # those whose root has not arrived
    root_ended_at = models.DateTimeField(null=True)
    root_failed = models.BooleanField(default=False)  # the root that ended last
    status = models.GeneratedField(
        expression=Case(
            When(Q(open_spans__gt=0) | Q(open_traces__gt=0), then=Value(RunStatus.RUNNING)),
            When(root_failed=True, then=Value(RunStatus.FAILED)),
            default=Value(RunStatus.FINISHED),
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "-last_seen", "-id"], name="run_newest"),
            models.Index(fields=["tenant_id", "agent", "-last_seen"], name="run_of_agent"),
        ]

    @property
    def title(self) -> str:
        """The root's name; until a root arrives, what the run is known by."""
        return self.name or f"{self.get_stitched_by_display().lower()} {self.key}"

    @property
    def took_ns(self) -> int:
        """From its first step to the latest instant known of."""
        return (self.last_seen - self.first_seen) // MICROSECOND * 1000

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

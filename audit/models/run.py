from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from typing_extensions import override

from audit.models.run_state import PATIENCE, PHASE, RunPhase, RunStatus, status_at
from audit.models.trace import StitchedBy
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel

MICROSECOND = timedelta(microseconds=1)
# The rank of a name, agent or service that none has told: any other goes before it.
UNTOLD = 2**63 - 1


class RunManager(ScopedManager["Run"]):
    """Every run is read with its state at that moment."""

    @override
    def get_queryset(self) -> models.QuerySet["Run"]:
        return super().get_queryset().annotate(status=status_at(now()))  # type: ignore[no-redef]


class Run(ScopedModel):
    """What an agent did under one conversation, session or trace, over however many days.

    A summary of its spans, kept by `audit.ingest`, and the same in whatever order and parts they
    arrive. The id is derived from tenant and key, so that concurrent batches meet in one row. A
    span counts as soon as it starts; its errors, tokens, cost, calls and memory operations count
    when it ends.
    """

    key = models.TextField()
    stitched_by = models.SmallIntegerField(choices=StitchedBy)
    name = models.TextField(blank=True)
    agent = models.TextField(blank=True)
    service = models.TextField(blank=True)
    # Of those that name the run the lowest rank stands: see `audit.ingest.run_delta`.
    name_rank = models.BigIntegerField(default=UNTOLD, db_default=UNTOLD)
    agent_rank = models.BigIntegerField(default=UNTOLD, db_default=UNTOLD)
    service_rank = models.BigIntegerField(default=UNTOLD, db_default=UNTOLD)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    span_count = models.BigIntegerField()
    error_count = models.BigIntegerField()
    input_tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()
    cache_read_tokens = models.BigIntegerField(default=0, db_default=0)
    cache_write_tokens = models.BigIntegerField(default=0, db_default=0)
    cost_nanos = models.BigIntegerField(default=0, db_default=0)  # 1e-9 US dollars
    model_calls = models.BigIntegerField(default=0, db_default=0)
    tool_calls = models.BigIntegerField(default=0, db_default=0)
    approvals = models.BigIntegerField(default=0, db_default=0)
    memory_reads = models.BigIntegerField()
    memory_writes = models.BigIntegerField()
    open_spans = models.BigIntegerField()
    open_approvals = models.BigIntegerField(default=0, db_default=0)
    open_traces = models.BigIntegerField()  # those whose root has not arrived
    root_ended_at = models.DateTimeField(null=True)
    root_failed = models.BooleanField(default=False)  # the root that ended last
    root_given_up = models.BooleanField(default=False, db_default=False)
    waiting_at = models.DateTimeField(null=True)  # the latest moment it began to wait for a person
    stepped_at = models.DateTimeField(null=True)  # the latest that shows it not waiting any more
    heartbeat_at = models.DateTimeField(null=True)  # of one of its traces
    told_at = models.DateTimeField(null=True)  # by a heartbeat that named the run itself
    # The latest minutes (since 1970) in which a step began, newest first, each once.
    pulse = ArrayField(models.IntegerField(), default=list, db_default=[])
    # When a trace last left it: what the row counts was counted anew then.
    recounted_at = models.DateTimeField(null=True)
    # For how long it may be silent and not be stuck: thrice the median gap of its pulse.
    patience = models.GeneratedField(
        expression=PATIENCE, output_field=models.DurationField(), db_persist=True
    )
    phase = models.GeneratedField(
        expression=PHASE, output_field=models.TextField(), db_persist=True
    )

    status: RunStatus  # an annotation of `objects`

    objects: ClassVar[RunManager] = RunManager()

    audit_kind = "run"

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "-last_seen", "-id"], name="run_newest"),
            models.Index(fields=["tenant_id", "agent", "-last_seen"], name="run_of_agent"),
            # Runs that want looking at are few among those that finished.
            models.Index(
                fields=["tenant_id", "phase", "-last_seen"],
                name="run_not_finished",
                condition=~Q(phase=RunPhase.FINISHED),
            ),
        ]

    @property
    def title(self) -> str:
        """The root's name; until a root arrives, what the run is known by."""
        return self.name or f"{self.get_stitched_by_display().lower()} {self.key}"

    @property
    def is_over(self) -> bool:
        return self.status in {RunStatus.FINISHED, RunStatus.FAILED}

    @property
    def lacks_root(self) -> bool:
        """It is over because nobody waits for its root any more."""
        return self.is_over and self.open_traces > 0

    @property
    def last_heartbeat(self) -> datetime | None:
        return max(filter(None, (self.heartbeat_at, self.told_at)), default=None)

    @property
    def alive_at(self) -> datetime:
        """When it was last heard of."""
        return max(self.last_seen, self.last_heartbeat or self.last_seen)

    @property
    def took_ns(self) -> int:
        """From its first step to the latest instant known of."""
        return (self.last_seen - self.first_seen) // MICROSECOND * 1000

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

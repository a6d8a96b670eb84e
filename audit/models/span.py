from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from console.tenancy.models import ScopedManager
from console.tenancy.scope import current_tenant_id


class SpanState(models.TextChoices):
    RUNNING = "running"
    DONE = "done"


class SpanStatus(models.TextChoices):
    UNSET = "unset"
    OK = "ok"
    ERROR = "error"


class CostSource(models.TextChoices):
    """Whose word a cost is: the span's own, or the tenant's price table."""

    REPORTED = "reported"
    PRICED = "priced"


class Span(models.Model):
    """One step of a run: narrow and typed. What is bulky lies in a SpanContent.

    Partitioned by day of `start_time`. Written only by `audit.ingest.store`, set-wise. Texts that
    a span does not have are empty; numbers that it does not have are NULL.
    """

    pk = models.CompositePrimaryKey("tenant_id", "trace_id", "span_id", "start_time")
    tenant_id = models.UUIDField(default=current_tenant_id, editable=False)
    trace_id = models.BinaryField(max_length=16)
    span_id = models.BinaryField(max_length=8)
    start_time = models.DateTimeField()
    start_ns = models.BigIntegerField()
    duration_ns = models.BigIntegerField(null=True)
    input_tokens = models.BigIntegerField(null=True)
    output_tokens = models.BigIntegerField(null=True)
    cache_read_tokens = models.BigIntegerField(null=True)
    cache_write_tokens = models.BigIntegerField(null=True)
    cost_nanos = models.BigIntegerField(null=True)  # 1e-9 US dollars
    run_id = models.UUIDField()
    block_id = models.UUIDField(null=True)  # NULL where nothing was kept: an erased subject's
    memory_count = models.IntegerField(null=True)
    block_index = models.SmallIntegerField(null=True)
    kind = models.SmallIntegerField()
    mapping_version = models.SmallIntegerField()
    parent_id = models.BinaryField(max_length=8, null=True)
    name = models.TextField()
    op = models.TextField()
    state = models.TextField(choices=SpanState)
    status = models.TextField(choices=SpanStatus)
    error_type = models.TextField(blank=True)
    service = models.TextField(blank=True)
    agent = models.TextField(blank=True)
    conversation = models.TextField(blank=True)
    tool = models.TextField(blank=True)
    model = models.TextField(blank=True)
    provider = models.TextField(blank=True)
    memory_store = models.TextField(blank=True)
    cost_source = models.TextField(choices=CostSource, blank=True)
    dialect = models.TextField()
    received_at = models.DateTimeField()

    objects = ScopedManager["Span"]()

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "run_id", "start_time"], name="span_of_run"),
            # Spans arrive about in the order in which they began: kilobytes, and no work per row.
            BrinIndex(
                fields=["start_time"], name="span_in_time", autosummarize=True, pages_per_range=32
            ),
        ]

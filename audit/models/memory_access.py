from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel


class AccessKind(models.TextChoices):
    READ = "read"
    WRITE = "write"
    UPDATE = "update"
    DELETE = "delete"


class AccessSource(models.TextChoices):
    """Who says so: our own memory API, which did it, or an agent's span, which claims it."""

    API = "api"
    SPAN = "span"


class MemoryAccess(ScopedModel):
    """One memory touched by one step. Joins memories to spans, in both directions.

    Holds identifiers only, so it outlives the memory. `trace_id` leads to the run through Trace.
    Partitioned by day of `at`. Written by `audit.provenance.record_accesses`.
    """

    pk = models.CompositePrimaryKey("tenant_id", "id", "at")
    at = models.DateTimeField(default=now)
    score = models.FloatField(null=True)
    rank = models.IntegerField(null=True)
    version = models.IntegerField(null=True)
    memory_id = models.TextField()  # another store's record id need not be a UUID
    store = models.TextField(blank=True)
    access = models.TextField(choices=AccessKind)
    source = models.TextField(choices=AccessSource)
    trace_id = models.BinaryField(max_length=16, null=True)
    span_id = models.BinaryField(max_length=8, null=True)
    agent = models.TextField(blank=True)
    purpose = models.TextField(blank=True)
    request_id = models.UUIDField(null=True)  # of the API's: by it the event of a recall is found

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "memory_id", "-at"], name="access_of_memory"),
            models.Index(fields=["tenant_id", "trace_id"], name="access_in_trace"),
        ]

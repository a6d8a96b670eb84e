from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel
from memory.models.memory import Memory


class MemoryVersion(ScopedModel):
    """What a memory said, as somebody wrote it. Append-only, by trigger and by privilege."""

    memory_id = models.UUIDField()
    memory = models.ForeignObject(
        Memory,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "memory_id"),
        to_fields=("tenant_id", "id"),
        related_name="versions",
    )
    number = models.PositiveIntegerField()
    content = models.TextField()
    value = models.JSONField(null=True)
    metadata = models.JSONField(default=dict)
    confidence = models.FloatField(null=True)
    source = models.CharField(max_length=2000, blank=True)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    derived_from = ArrayField(models.UUIDField(), default=list)
    content_sha256 = models.BinaryField(max_length=32)
    # What screening found, each with its code, weight and span; shown to reviewers.
    findings = models.JSONField(default=list)
    author_kind = models.CharField(max_length=10)
    author_id = models.UUIDField()
    author_label = models.CharField(max_length=200)
    api_key_id = models.UUIDField(null=True)
    trace_id = models.BinaryField(max_length=16, null=True)
    span_id = models.BinaryField(max_length=8, null=True)
    recorded_at = models.DateTimeField(default=now, editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "memory_id", "number"], name="version_number_in_memory"
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "trace_id"], name="version_trace")]

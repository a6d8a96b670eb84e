from datetime import datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel
from memory.models.memory import Memory, State


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def alive(self, at: datetime) -> Self:
        """No sweep is needed for an expired one to be gone."""
        return self.filter(expires_at__gt=at)


SnapshotManager = ScopedManager.from_queryset(SnapshotQuerySet)


class Snapshot(ScopedModel):
    """A scope as it was at `as_of`, kept under a name for a while to look into. Never changed.

    Its items name versions and hold no content: what is erased is gone from here too.
    """

    name = models.CharField(max_length=100)
    subject_id = models.UUIDField(null=True)
    subject = models.ForeignObject(
        Subject,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "subject_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
        null=True,
    )
    namespace = ArrayField(models.CharField(max_length=200), default=list)
    filters = models.JSONField(default=dict)
    as_of = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    item_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=now, editable=False)
    created_by_kind = models.CharField(max_length=10)
    created_by_id = models.UUIDField()
    created_by_label = models.CharField(max_length=200)
    expires_at = models.DateTimeField()

    objects: ClassVar = SnapshotManager()

    audit_kind = "snapshot"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="snapshot_name_in_tenant")
        ]
        indexes = [models.Index(fields=["tenant_id", "expires_at"], name="snapshot_expiry")]


class SnapshotItem(ScopedModel):
    """One memory of a snapshot: the version in force then, and its state then."""

    snapshot_id = models.UUIDField()
    snapshot = models.ForeignObject(
        Snapshot,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "snapshot_id"),
        to_fields=("tenant_id", "id"),
        related_name="items",
    )
    memory_id = models.UUIDField()
    memory = models.ForeignObject(
        Memory,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "memory_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "snapshot_id", "memory_id"], name="memory_once_in_snapshot"
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "memory_id"], name="snapshot_memory")]

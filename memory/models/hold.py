from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel
from memory.models.memory import Memory


class LegalHold(ScopedModel):
    """Why nothing of one memory, or of all that is about one subject, may end or be removed.

    While it stands the database itself refuses, whoever asks. A release ends it and stays beside
    it; to change its ground or its review date, place another and release this one.
    """

    memory_id = models.UUIDField(null=True)
    memory = models.ForeignObject(
        Memory,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "memory_id"),
        to_fields=("tenant_id", "id"),
        related_name="holds",
        null=True,
    )
    subject_id = models.UUIDField(null=True)
    subject = models.ForeignObject(
        Subject,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "subject_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
        null=True,
    )
    ground = models.CharField(max_length=500)
    # When somebody should ask whether it is still needed. Nothing ends it by itself.
    review_at = models.DateTimeField(null=True)
    placed_at = models.DateTimeField(default=now, editable=False)
    placed_by_kind = models.CharField(max_length=10)
    placed_by_id = models.UUIDField()
    placed_by_label = models.CharField(max_length=200)
    released_at = models.DateTimeField(null=True)
    released_by_kind = models.CharField(max_length=10, blank=True)
    released_by_id = models.UUIDField(null=True)
    released_by_label = models.CharField(max_length=200, blank=True)
    release_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "hold"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(memory_id__isnull=True) ^ Q(subject_id__isnull=True),
                name="hold_on_one_memory_or_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, release_reason="")
                | (Q(released_at__isnull=False) & ~Q(release_reason="")),
                name="hold_is_released_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "memory_id"],
                name="hold_memory",
                condition=Q(released_at__isnull=True),
            ),
            models.Index(
                fields=["tenant_id", "subject_id"],
                name="hold_subject",
                condition=Q(released_at__isnull=True),
            ),
            models.Index(fields=["tenant_id", "-id"], name="hold_newest"),
        ]

    @property
    def stands(self) -> bool:
        return self.released_at is None

    @property
    def is_due(self) -> bool:
        """Whether somebody should ask if it is still needed."""
        return self.stands and self.review_at is not None and self.review_at <= now()

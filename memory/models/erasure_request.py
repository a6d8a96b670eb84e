from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel


class ErasureStatus(models.TextChoices):
    RECEIVED = "received"
    APPROVED = "approved"
    CARRIED_OUT = "carried_out"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN_ERASURES = frozenset({ErasureStatus.RECEIVED, ErasureStatus.APPROVED})


class ErasureRequest(ScopedModel):
    """Somebody asked that all about a subject be erased (GDPR, Article 17), and what came of it.

    It goes one way, received, approved, carried out, or ends refused or withdrawn; whoever took
    it in cannot approve it, and the database holds to both. `erased` counts what was deleted.
    """

    subject_id = models.UUIDField()
    subject = models.ForeignObject(
        Subject,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "subject_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    status = models.CharField(max_length=20, choices=ErasureStatus, default=ErasureStatus.RECEIVED)
    asked_by = models.CharField(max_length=200)
    identity_check = models.CharField(max_length=500)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_in_at = models.DateTimeField(default=now, editable=False)
    taken_in_by_kind = models.CharField(max_length=10)
    taken_in_by_id = models.UUIDField()
    taken_in_by_label = models.CharField(max_length=200)
    approved_at = models.DateTimeField(null=True)
    approved_by_kind = models.CharField(max_length=10, blank=True)
    approved_by_id = models.UUIDField(null=True)
    approved_by_label = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_kind = models.CharField(max_length=10, blank=True)
    closed_by_id = models.UUIDField(null=True)
    closed_by_label = models.CharField(max_length=200, blank=True)
    close_reason = models.CharField(max_length=500, blank=True)
    erased = models.JSONField(default=dict)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "erasure_request"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "subject_id"],
                condition=Q(status__in=["received", "approved"]),
                name="one_open_erasure_of_a_subject",
            ),
            models.CheckConstraint(
                condition=Q(approved_by_id__isnull=True)
                | (Q(approved_by_kind="user") & ~Q(approved_by_id=models.F("taken_in_by_id"))),
                name="erasure_is_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "carried_out"])
                | Q(approved_by_id__isnull=False),
                name="erasure_is_approved_before_it_is_carried_out",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["received", "approved"], closed_at__isnull=True)
                | Q(
                    status__in=["carried_out", "refused", "withdrawn"],
                    closed_at__isnull=False,
                ),
                name="erasure_is_open_or_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "due_at", "id"], name="erasure_due"),
            models.Index(fields=["tenant_id", "subject_id", "-id"], name="erasure_of_subject"),
        ]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_ERASURES

    def is_overdue(self, at: datetime) -> bool:
        return self.is_open and self.due_at < at

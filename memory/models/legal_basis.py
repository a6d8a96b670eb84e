from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel


class Basis(models.TextChoices):
    """Why memories about a person may be kept at all: GDPR, Article 6(1) (a) to (f)."""

    CONSENT = "consent", "Consent"
    CONTRACT = "contract", "Contract"
    LEGAL_OBLIGATION = "legal_obligation", "Legal obligation"
    VITAL_INTERESTS = "vital_interests", "Vital interests"
    PUBLIC_TASK = "public_task", "Public task"
    LEGITIMATE_INTERESTS = "legitimate_interests", "Legitimate interests"


class LegalBasis(ScopedModel):
    """On what basis memories about a subject are kept, as somebody recorded it.

    A record, not a switch: withdrawn, it stays, and nothing is deleted by that.
    """

    subject_id = models.UUIDField()
    subject = models.ForeignObject(
        Subject,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "subject_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    basis = models.CharField(max_length=30, choices=Basis)
    note = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField()
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by_kind = models.CharField(max_length=10)
    recorded_by_id = models.UUIDField()
    recorded_by_label = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_kind = models.CharField(max_length=10, blank=True)
    withdrawn_by_id = models.UUIDField(null=True)
    withdrawn_by_label = models.CharField(max_length=200, blank=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "legal_basis"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by_kind="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by_kind="")),
                name="basis_is_withdrawn_by_somebody",
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "subject_id", "-id"], name="basis_of_subject")]

    def stands_at(self, at: datetime) -> bool:
        return self.since <= at and (self.withdrawn_at is None or self.withdrawn_at > at)

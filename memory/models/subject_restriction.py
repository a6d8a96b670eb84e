from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel


class SubjectRestriction(ScopedModel):
    """What is held about a subject is kept and not used (GDPR, Article 18).

    While it stands no agent recalls, lists, reads or writes anything about them. One request
    places it, another lifts it.
    """

    subject_id = models.UUIDField()
    subject = models.ForeignObject(
        Subject,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "subject_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    placed_by_request_id = models.UUIDField()
    placed_at = models.DateTimeField(default=now, editable=False)
    lifted_by_request_id = models.UUIDField(null=True)
    lifted_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "subject_restriction"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "subject_id"],
                condition=Q(lifted_at__isnull=True),
                name="one_standing_restriction_of_a_subject",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by_request_id__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by_request_id__isnull=False),
                name="restriction_is_lifted_by_a_request",
            ),
        ]

from django.db import models

from console.access_review.models.line import Line
from console.platform.clock import now
from console.tenancy.models import ScopedModel


class Verdict(models.TextChoices):
    ATTESTED = "attested", "Attested"
    REVOKED = "revoked", "Revoked"
    GONE = "gone", "Was gone already"


class Answer(ScopedModel):
    """What somebody said of a line, once. Append-only. `seen` is the grant as they saw it."""

    line_id = models.UUIDField()
    line = models.ForeignObject(
        Line,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "line_id"),
        to_fields=("tenant_id", "id"),
        related_name="answers",
    )
    verdict = models.CharField(max_length=10, choices=Verdict)
    seen = models.JSONField()
    answered_at = models.DateTimeField(default=now, editable=False)
    answered_by_id = models.UUIDField()
    answered_by_label = models.CharField(max_length=200)
    comment = models.CharField(max_length=500, blank=True)

    audit_kind = "access_review_answer"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "line_id"], name="one_answer_per_line")
        ]

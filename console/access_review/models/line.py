from django.contrib.postgres.fields import ArrayField
from django.db import models

from console.access_review.models.review import AccessReview
from console.tenancy.models import ScopedModel


class GrantKind(models.TextChoices):
    MEMBER = "member", "Member"
    AGENT_KEY = "agent_key", "Agent's key"
    PERSONAL_KEY = "personal_key", "Personal key"
    SIGNING_KEY = "signing_key", "Signing key"
    WEBHOOK = "webhook", "Webhook"
    STREAM = "stream", "Audit stream"


class Line(ScopedModel):
    """One grant as it stood when the review began. Append-only: evidence.

    `seen` is what was granted: names and short texts, never a secret. `holders` are the people
    whose own grant it is, who cannot attest it.
    """

    review_id = models.UUIDField()
    review = models.ForeignObject(
        AccessReview,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "review_id"),
        to_fields=("tenant_id", "id"),
        related_name="lines",
    )
    kind = models.CharField(max_length=20, choices=GrantKind)
    grant_id = models.UUIDField()
    name = models.CharField(max_length=500)
    seen = models.JSONField()
    holders = ArrayField(models.UUIDField(), default=list)

    audit_kind = "access_review_line"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "review_id", "kind", "grant_id"], name="one_line_per_grant"
            )
        ]

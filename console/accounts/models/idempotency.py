from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel


class IdempotentAnswer(ScopedModel):
    """What a key was answered for an `Idempotency-Key`, so that a retry is told the same.

    The body names identifiers and states, never content: it must not outlive an erasure.
    """

    api_key_id = models.UUIDField()
    key = models.CharField(max_length=200)
    request_digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "api_key_id", "key"], name="one_answer_per_idempotency_key"
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "created_at"], name="idempotent_age")]

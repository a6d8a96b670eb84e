from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel


class SuppressedName(ScopedModel):
    """That somebody by this name was erased: a keyed hash (`console.keys.suppression`).

    `subject_id` is the pseudonym that is left of them. Append-only.
    """

    subject_id = models.UUIDField()
    digest = models.BinaryField(max_length=32)
    added_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "digest"], name="suppressed_name_once")
        ]
        indexes = [models.Index(fields=["tenant_id", "subject_id"], name="suppressed_subject")]

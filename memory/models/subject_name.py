from django.db import models

from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.models import ScopedModel


class SubjectName(ScopedModel):
    """A name by which a subject is known, as a keyed hash: it can be recognised, and not read."""

    subject_id = models.UUIDField()
    subject = models.ForeignObject(
        Subject,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "subject_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    name_hash = models.BigIntegerField()
    added_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "name_hash", "subject_id"], name="one_name_of_a_subject"
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "subject_id"], name="name_subject")]

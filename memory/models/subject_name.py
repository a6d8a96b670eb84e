from django.db import models

from console.accounts.models import Subject
from console.keys.models import DataKey
from console.platform.clock import now
from console.tenancy.models import ScopedModel


class SubjectName(ScopedModel):
    """A name by which a subject is known: recognised in texts by its hash, read by nobody.

    The hash is keyed with the index key of generation `key_generation`. The name itself stands
    sealed under the subject's content key, so that it can be hashed anew when the index key is
    rotated, and dies with the subject's key.
    """

    subject_id = models.UUIDField()
    subject = models.ForeignObject(
        Subject,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "subject_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    name_hash = models.BigIntegerField()
    key_generation = models.SmallIntegerField()
    key_id = models.UUIDField()
    key = models.ForeignObject(
        DataKey,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "key_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    sealed = models.BinaryField()
    added_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "name_hash", "subject_id"], name="one_name_of_a_subject"
            )
        ]
        indexes = [
            models.Index(fields=["tenant_id", "subject_id"], name="name_subject"),
            models.Index(fields=["tenant_id", "key_id"], name="name_sealed_under_key"),
        ]

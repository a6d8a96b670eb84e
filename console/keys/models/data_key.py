from uuid import UUID

from django.db import models

from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.models import ScopedModel


class Purpose(models.TextChoices):
    """What a key is for. `wrap` keys wrap the others of their tenant; the root wraps them."""

    WRAP = "wrap"
    CONTENT = "content"  # seals what memories about one subject, or about nobody, say
    DIGEST = "digest"  # makes digests of them, comparable while the key lives
    SEAL = "seal"  # signs versions for the server
    INDEX = "index"  # hides the words of the recall index
    TRACE = "trace"  # seals what spans say about one subject, or about nobody
    LOG = "log"  # signs what the audit log was: the seed of an Ed25519 key
    SUPPRESS = "suppress"  # hides who was erased, in the list by which they stay so
    ERASE = "erase"  # seals what an erasure under way looks for, and goes last


class DataKey(ScopedModel):
    """One key: made when, for what, wrapped by which, rotated when, destroyed when.

    Without `wrapped` it is destroyed, and what it sealed can never be read again. A retired key
    still opens; the newest one that is not retired seals.
    """

    purpose = models.CharField(max_length=10, choices=Purpose)
    subject_id = models.UUIDField(null=True)
    subject = models.ForeignObject(
        Subject,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "subject_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
        null=True,
    )
    generation = models.PositiveIntegerField(default=1)
    wrapped = models.BinaryField(null=True)
    # The name of a root key, or the id of the tenant's wrapping key.
    wrapped_by = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=now, editable=False)
    rewrapped_at = models.DateTimeField(null=True)
    # When somebody asked for a successor; retired once there is one.
    due_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)
    destroyed_reason = models.CharField(max_length=60, blank=True)

    audit_kind = "data_key"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "subject_id", "purpose", "generation"],
                name="one_key_per_generation",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=True) ^ models.Q(destroyed_at__isnull=True),
                name="key_is_there_or_destroyed",
            ),
        ]

    @property
    def associated(self) -> bytes:
        return associated_data(
            self.tenant_id, self.id, self.purpose, self.subject_id, self.generation
        )


def associated_data(
    tenant_id: UUID, key_id: UUID, purpose: str, subject_id: UUID | None, generation: int
) -> bytes:
    """What the wrapping of a key is bound to: no key opens in another's place."""
    return f"key|{tenant_id}|{key_id}|{purpose}|{subject_id}|{generation}".encode()

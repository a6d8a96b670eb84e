from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel
from memory.models.memory import Memory, State, Tier


class MemoryTransition(ScopedModel):
    """From `at` on, the memory was in `state` and `tier` at `version`.

    Append-only: what was in force when.
    The latest transition not after a moment tells what a recall at that moment could return.
    """

    memory_id = models.UUIDField()
    memory = models.ForeignObject(
        Memory,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "memory_id"),
        to_fields=("tenant_id", "id"),
        related_name="transitions",
    )
    state = models.CharField(max_length=20, choices=State)
    # Blank in rows of before tiers were noted.
    tier = models.CharField(max_length=20, choices=Tier, blank=True)
    version = models.PositiveIntegerField()
    expires_at = models.DateTimeField(null=True)
    at = models.DateTimeField(default=now, editable=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField()
    reason = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "memory_id", "-at"], name="transition_memory")]

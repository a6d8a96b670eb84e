from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef

from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel
from memory.models.memory import Memory, State, Tier


class TransitionQuerySet(models.QuerySet["MemoryTransition"]):
    def standing(self, *, at: datetime | None = None) -> Self:
        """Without those undone (by `at`) and without the undoing: nobody approves by either."""
        undone = MemoryTransition.objects.filter(undoes_id=OuterRef("id"))
        if at is not None:
            undone = undone.filter(at__lte=at)
        return self.filter(~Exists(undone), undoes_id__isnull=True)


class MemoryTransition(ScopedModel):
    """From `at` on, the memory was in `state` and `tier` at `version`.

    Append-only: what was in force when.
    The latest transition not after a moment tells what a recall at that moment could return.
    `undoes_id` is the transition that this one took back.
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
    undoes_id = models.UUIDField(null=True)

    objects: ClassVar = ScopedManager.from_queryset(TransitionQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "undoes_id"],
                condition=models.Q(undoes_id__isnull=False),
                name="a_transition_is_undone_once",
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "memory_id", "-at"], name="transition_memory")]

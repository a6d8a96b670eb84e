from typing import ClassVar, Self

from django.db import models

from console.tenancy.models import ScopedManager, ScopedModel
from memory.models.hold import LegalHold


class HeldRun(ScopedModel):
    """A run that a legal hold keeps, by name or because what it kept moved there. Append-only.

    Traces move from run to run as stronger keys arrive; the database adds a row where one leaves
    a run that is held, or stops saying whose or what agent's it is.
    """

    hold_id = models.UUIDField()
    hold = models.ForeignObject(
        LegalHold,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "hold_id"),
        to_fields=("tenant_id", "id"),
        related_name="runs",
    )
    run_id = models.UUIDField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "hold_id", "run_id"], name="run_once_under_hold"
            )
        ]

from datetime import datetime
from typing import Self

from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel
from memory.numbers import Numbers


class Setting(ScopedModel):
    """What a tenant has chosen, from one moment on: the newest row is in force. Append-only."""

    set_at = models.DateTimeField(default=now, editable=False)
    set_by_kind = models.CharField(max_length=10)
    set_by_id = models.UUIDField()
    set_by_label = models.CharField(max_length=200)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    @classmethod
    def in_force(cls, at: datetime | None = None) -> Self | None:
        """That of now, or of a moment in the past."""
        settings = cls.objects.filter(set_at__lte=at) if at else cls.objects.all()
        return settings.order_by("-id").first()

    @property
    def numbers(self) -> Numbers:
        """One that this release no longer has is left out, a new one has its default."""
        raise NotImplementedError

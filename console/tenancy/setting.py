from datetime import datetime
from typing import Self

from django.db import models

from console.platform.clock import now
from console.platform.numbers import Numbers
from console.tenancy.models import ScopedModel
from console.tenancy.rows import select
from console.tenancy.scope import current_tenant_id


class Choice(ScopedModel):
    """What somebody chose for a tenant, and why. Append-only: another choice is another row."""

    set_at = models.DateTimeField(default=now, editable=False)
    set_by_kind = models.CharField(max_length=10)
    set_by_id = models.UUIDField()
    set_by_label = models.CharField(max_length=200)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


class Setting(Choice):
    """What a tenant has chosen, from one moment on: the newest row is in force."""

    class Meta:
        abstract = True

    @classmethod
    def in_force(cls, at: datetime | None = None) -> Self | None:
        """That of now, or of a moment in the past."""
        if at:
            return cls.objects.filter(set_at__lte=at).order_by("-id").first()
        table = cls._meta.db_table
        newest = f"FROM {table} s WHERE s.tenant_id = %s ORDER BY s.id DESC LIMIT 1"
        rows = select({"s": cls}, newest, [current_tenant_id()])
        return rows[0][0] if rows else None

    @property
    def numbers(self) -> Numbers:
        """One that this release no longer has is left out, a new one has its default."""
        raise NotImplementedError

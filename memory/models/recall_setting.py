from typing import ClassVar, Self

from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel


class RecallSetting(ScopedModel):
    """How a tenant ranks, from one moment on: the newest row is in force. Append-only."""

    weights = models.JSONField()
    set_at = models.DateTimeField(default=now, editable=False)
    set_by_kind = models.CharField(max_length=10)
    set_by_id = models.UUIDField()
    set_by_label = models.CharField(max_length=200)
    reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "recall_setting"

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "-id"], name="recall_setting_newest")]

from typing import ClassVar, Self

from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel


class LifecycleSetting(ScopedModel):
    """How a tenant keeps and lets go, from one moment on: the newest row is in force. Append-only.

    `rules` are those of `memory.keeping.rules.LifecycleRules`.
    """

    rules = models.JSONField()
    set_at = models.DateTimeField(default=now, editable=False)
    set_by_kind = models.CharField(max_length=10)
    set_by_id = models.UUIDField()
    set_by_label = models.CharField(max_length=200)
    reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "lifecycle_setting"

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "-id"], name="lifecycle_setting_newest")]

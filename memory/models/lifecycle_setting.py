from django.db import models
from typing_extensions import override

from console.tenancy.setting import Setting
from memory.keeping.rules import LifecycleRules


class LifecycleSetting(Setting):
    """How a tenant keeps and lets go."""

    rules = models.JSONField()

    audit_kind = "lifecycle_setting"

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "-id"], name="lifecycle_setting_newest")]

    @property
    @override
    def numbers(self) -> LifecycleRules:
        return LifecycleRules(**LifecycleRules.known(self.rules))

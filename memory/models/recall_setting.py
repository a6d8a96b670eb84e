from django.db import models
from typing_extensions import override

from console.tenancy.setting import Setting
from memory.retrieval.weights import RecallWeights


class RecallSetting(Setting):
    """How a tenant ranks."""

    weights = models.JSONField()

    audit_kind = "recall_setting"

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "-id"], name="recall_setting_newest")]

    @property
    @override
    def numbers(self) -> RecallWeights:
        return RecallWeights(**RecallWeights.known(self.weights))

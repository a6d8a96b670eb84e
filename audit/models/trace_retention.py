from django.db import models
from typing_extensions import override

from audit.rules.retention import Retention
from console.tenancy.setting import Setting


class TraceRetention(Setting):
    """For how long a tenant keeps what its agents' traces say."""

    days = models.JSONField()

    audit_kind = "trace_retention"

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "-id"], name="trace_retention_newest")]

    @property
    @override
    def numbers(self) -> Retention:
        return Retention(**Retention.known(self.days))

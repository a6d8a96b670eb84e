from django.db import models

from console.tenancy.models import ScopedManager
from console.tenancy.scope import current_tenant_id


class AgentMinute(models.Model):
    """What an agent's steps of one kind, with one tool, came to in one minute (UTC).

    A step counts once, when it ends, in the minute in which it ended. `agent` and `tool` are
    empty where spans name none. Pruned after `Retention.count_days`.
    """

    pk = models.CompositePrimaryKey("tenant_id", "agent", "minute", "op", "tool")
    tenant_id = models.UUIDField(default=current_tenant_id, editable=False)
    minute = models.DateTimeField()
    span_count = models.BigIntegerField()
    error_count = models.BigIntegerField()
    duration_us = models.BigIntegerField()  # the sum
    input_tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()
    cost_nanos = models.BigIntegerField()  # 1e-9 US dollars
    memory_reads = models.BigIntegerField()
    memory_writes = models.BigIntegerField()
    agent = models.TextField()
    op = models.TextField()
    tool = models.TextField()

    objects = ScopedManager["AgentMinute"]()

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "minute"], name="minute_to_prune")]

from django.db import models

from console.tenancy.models import ScopedManager
from console.tenancy.scope import current_tenant_id


class SpanContent(models.Model):
    """A span's raw attributes, events, links and resource, compressed (`audit.ingest.content`)."""

    pk = models.CompositePrimaryKey("tenant_id", "trace_id", "span_id", "start_time")
    tenant_id = models.UUIDField(default=current_tenant_id, editable=False)
    trace_id = models.BinaryField(max_length=16)
    span_id = models.BinaryField(max_length=8)
    start_time = models.DateTimeField()
    body = models.BinaryField()

    objects = ScopedManager["SpanContent"]()

from django.db import models

from console.tenancy.models import ScopedManager
from console.tenancy.scope import current_tenant_id


class LogMark(models.Model):
    """How far the sequencer has looked: events up to here, by transaction and id, have a leaf.

    Its working state, not evidence: a mark that is behind costs time, no more.
    """

    tenant_id = models.UUIDField(primary_key=True, default=current_tenant_id, editable=False)
    xid = models.BigIntegerField()
    event_id = models.UUIDField()

    objects = ScopedManager["LogMark"]()

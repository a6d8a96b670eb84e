from uuid import UUID

from django.db import models

from console.tenancy.models import ScopedManager
from console.tenancy.scope import current_tenant_id


class LogMark(models.Model):
    """How far a tenant's events are looked through: those up to here have their leaf.

    Working state of the sequencer, not evidence: a mark that is behind costs time, no more.
    """

    tenant_id = models.UUIDField(primary_key=True, default=current_tenant_id, editable=False)
    xid = models.BigIntegerField(default=0)
    event_id = models.UUIDField(default=UUID(int=0))

    objects = ScopedManager["LogMark"]()

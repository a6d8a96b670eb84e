"""The log of deliveries: kept for a month, then forgotten with the events themselves."""

from uuid import UUID

from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.webhooks.models import OutgoingEvent
from console.webhooks.schedule import KEPT

BATCH = 1000


def forget_old(tenant_id: UUID) -> int:
    """One batch in a transaction of its own; how many events went."""
    with tenant_scope(tenant_id):
        old = OutgoingEvent.objects.filter(at__lt=now() - KEPT).order_by("at")
        ids = list(old.values_list("id", flat=True)[:BATCH])
        OutgoingEvent.objects.filter(id__in=ids).delete()  # and what hangs on them
        return len(ids)

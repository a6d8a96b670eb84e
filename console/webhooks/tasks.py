"""Wake-ups of the sender. What is due stands in rows: a lost or doubled one harms nobody."""

from time import monotonic
from uuid import UUID

from celery import shared_task
from django.core.cache import cache

from console.tenancy.tenants import every_tenant_id
from console.webhooks.log import forget_old
from console.webhooks.schedule import RETRIES
from console.webhooks.sending import deliver_due, is_retried_soon

# One wake-up works for so long at most; what is left then waits for the next.
LONGEST = 60.0
# Past the last round of one that works so long.
LEASE = 180


@shared_task
def deliver_due_everywhere() -> None:
    for tenant_id in every_tenant_id():
        deliver_due_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def deliver_due_in(*, tenant_id: str) -> None:
    """One sender of a tenant at a time: of the worker's few threads slow receivers hold one."""
    lease = f"webhooks/{tenant_id}"
    if not cache.add(lease, 1, timeout=LEASE):
        return
    try:
        again = _send_all(UUID(tenant_id))
    finally:
        cache.delete(lease)
    if again:
        # The first retry comes sooner than a sweep would.
        pause = RETRIES[0].total_seconds() * 1.2
        deliver_due_in.apply_async(kwargs={"tenant_id": tenant_id}, countdown=pause)


def _send_all(tenant_id: UUID) -> bool:
    """Whether something is to be tried again before the next sweep."""
    started, again = monotonic(), False
    while monotonic() - started < LONGEST:
        results = deliver_due(tenant_id)
        if not results:
            break
        again = again or is_retried_soon(results)
    return again


@shared_task
def forget_old_deliveries() -> None:
    for tenant_id in every_tenant_id():
        forget_old_deliveries_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def forget_old_deliveries_in(*, tenant_id: str) -> None:
    while forget_old(UUID(tenant_id)):
        pass

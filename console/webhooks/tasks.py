"""Wake-ups of the sender. What is due stands in rows: a lost or doubled one harms nobody."""

from time import monotonic
from uuid import UUID

from celery import shared_task

from console.tenancy.tenants import every_tenant_id
from console.webhooks.log import forget_old
from console.webhooks.schedule import RETRIES
from console.webhooks.sending import deliver_due, soonest

# One wake-up works for so long at most; what is left then waits for the next.
LONGEST = 240.0


@shared_task
def deliver_due_everywhere() -> None:
    for tenant_id in every_tenant_id():
        deliver_due_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def deliver_due_in(*, tenant_id: str) -> None:
    started, again = monotonic(), False
    while monotonic() - started < LONGEST:
        results = deliver_due(UUID(tenant_id))
        again = again or soonest(results)
        if not results:
            break
    if again:
        # The first retry comes sooner than a sweep would.
        pause = RETRIES[0].total_seconds() * 1.2
        deliver_due_in.apply_async(kwargs={"tenant_id": tenant_id}, countdown=pause)


@shared_task
def forget_old_deliveries() -> None:
    for tenant_id in every_tenant_id():
        forget_old_deliveries_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def forget_old_deliveries_in(*, tenant_id: str) -> None:
    while forget_old(UUID(tenant_id)):
        pass

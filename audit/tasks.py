from uuid import UUID

from celery import shared_task

from audit.activity import count_days
from audit.partitions import ensure_partitions
from console.tenancy.scope import tenant_scope
from console.tenancy.tenants import every_tenant_id


@shared_task
def make_partitions() -> None:
    """Keeps the coming days' partitions made. Ingest makes what a missed beat did not."""
    ensure_partitions()


@shared_task
def count_activity() -> None:
    """What agents did on days that are over. A page counts what a missed beat did not."""
    for tenant_id in every_tenant_id():
        count_activity_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def count_activity_in(*, tenant_id: str) -> None:
    with tenant_scope(UUID(tenant_id)):
        count_days()

from datetime import timedelta
from uuid import UUID

from celery import shared_task

from console.accounts.models import IdempotentAnswer
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.tenancy.tenants import every_tenant_id

# How long a client may retry and be told the same.
ANSWERS_KEPT = timedelta(hours=24)


@shared_task
def forget_answers() -> None:
    for tenant_id in every_tenant_id():
        forget_answers_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def forget_answers_in(*, tenant_id: str) -> None:
    with tenant_scope(UUID(tenant_id)):
        IdempotentAnswer.objects.filter(created_at__lt=now() - ANSWERS_KEPT).delete()

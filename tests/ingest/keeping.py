"""For how long a tenant of a test keeps its traces."""

from dataclasses import asdict
from uuid import UUID

from audit.models import TraceRetention
from audit.rules.retention import Retention
from audit.trail import append
from console.accounts.actor import system_actor
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from console.tenancy.tenants import every_tenant_id


def everybody_keeps_little() -> None:
    """There are tenants beside those of a test."""
    for tenant_id in every_tenant_id():
        keep_in(tenant_id, content_days=1, span_days=1, access_days=1)


def keep(tenant: Tenant, **days: int) -> None:
    keep_in(tenant.id, **days)


def keep_in(tenant_id: UUID, **days: int) -> None:
    actor = system_actor(tenant_id, "test")
    with tenant_scope(tenant_id):
        kept = TraceRetention.objects.create(
            days=asdict(Retention(**days)), set_by_kind=actor.kind, set_by_id=actor.id
        )
        append(actor=actor, kind="traces.retention_set", object_id=kept.id)

from dataclasses import dataclass
from uuid import UUID

from audit.trail import audited
from console.accounts.actor import Actor, system_actor
from console.platform.ids import uuid7
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope


@dataclass(frozen=True, slots=True)
class _Created:
    tenant: Tenant

    audit_kind = "tenant"

    @property
    def id(self) -> UUID:
        return self.tenant.id


def create_tenant(*, slug: str, name: str) -> Tenant:
    """Makes a tenant in a scope of its own: nobody is in it yet to act."""
    tenant_id = uuid7()
    with tenant_scope(tenant_id):
        actor = system_actor(tenant_id, "create_tenant")
        return _create(actor=actor, slug=slug, name=name).tenant


@audited("tenant.created")
def _create(*, actor: Actor, slug: str, name: str) -> _Created:
    return _Created(Tenant.objects.create(id=actor.tenant_id, slug=slug, name=name))

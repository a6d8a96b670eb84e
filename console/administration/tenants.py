from collections.abc import Collection

from audit.trail import audited, note
from console.accounts.actor import Actor, system_actor
from console.accounts.permissions import Permission, Role
from console.keys.keyring import keyring_for
from console.platform.ids import uuid7
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope


def create_tenant(*, slug: str, name: str) -> Tenant:
    """Makes a tenant in a scope of its own: nobody is in it yet to act."""
    tenant_id = uuid7()
    with tenant_scope(tenant_id):
        actor = system_actor(tenant_id, "create_tenant")
        return _create(actor=actor, slug=slug, name=name)


@audited("tenant.created")
def _create(*, actor: Actor, slug: str, name: str) -> Tenant:
    tenant = Tenant.objects.create(id=actor.tenant_id, slug=slug, name=name)
    keyring_for([None])  # its keys come with it, and this event tells of them
    return tenant


@audited("tenant.second_factor_set")
def require_second_factor(*, actor: Actor, roles: Collection[Role]) -> Tenant:
    """Of everybody in these roles, from their next click on; of nobody else."""
    actor.require(Permission.MEMBERS_MANAGE)
    tenant = Tenant.objects.select_for_update().get(id=actor.tenant_id)
    wanted = sorted(set(roles))
    note(before=tenant.second_factor_roles, roles=wanted)
    tenant.second_factor_roles = wanted
    tenant.save(update_fields=["second_factor_roles"])
    return tenant

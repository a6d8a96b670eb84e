"""Which tenants a person belongs to, and which one they are looking at."""

from uuid import UUID

from django.http import HttpRequest

from console.accounts.models import Membership, User
from console.tenancy.models import Tenant
from console.tenancy.scope import person_scope

SESSION_TENANT = "tenant_id"


def memberships_of(user: User) -> list[Tenant]:
    """The tenants the person may enter, by name."""
    with person_scope(user.id):
        mine = Membership.of_person.filter(user=user).values("tenant_id")
        return list(Tenant.objects.filter(id__in=mine).order_by("name"))


def remembered_tenant(request: HttpRequest, tenants: list[Tenant]) -> UUID | None:
    """The session's tenant while the person is a member of it, else their first one."""
    remembered = request.session.get(SESSION_TENANT)
    for tenant in tenants:
        if str(tenant.id) == remembered:
            return tenant.id
    return tenants[0].id if tenants else None

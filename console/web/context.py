"""What the frame around every page needs."""

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """`actor`, `tenant` and `tenants` of a signed-in person; nothing for a stranger."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None, "tenant": None, "tenants": []}
    tenants = getattr(request, "memberships", [])
    tenant = next((one for one in tenants if one.id == actor.tenant_id), None)
    return {"actor": actor, "tenant": tenant, "tenants": tenants}

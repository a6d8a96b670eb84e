from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from console.platform.errors import NotFoundError
from console.web.middleware import TenantRequest
from console.web.tenants import SESSION_TENANT


class TenantForm(forms.Form):
    tenant = forms.UUIDField()


@require_POST
def tenant_switch(request: TenantRequest) -> HttpResponse:
    """Another tenant than one's own is not there."""
    form = TenantForm(request.POST)
    chosen: UUID | None = form.cleaned_data["tenant"] if form.is_valid() else None
    if chosen not in {tenant.id for tenant in request.memberships}:  # type: ignore[attr-defined]
        raise NotFoundError(chosen, noun="workspace")
    request.session[SESSION_TENANT] = str(chosen)
    return redirect("overview")

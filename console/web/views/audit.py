from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.event_filter import event_of
from console.accounts.permissions import Permission
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.audit import audit_list_of
from console.web.screens.audit_event import event_screen
from console.web.screens.audit_facets import audit_facets_of


@require_safe
def audit_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    context = {"screen": audit_list_of(request)}
    return render_page(request, "audit/list.html", context, fragment="browse")


@require_safe
def audit_facets(request: TenantRequest) -> HttpResponse:
    """What the trail can be narrowed by, and a chart: counted after the list is on the screen."""
    need(request, Permission.AUDIT_READ)
    return render(request, "audit/facets.html", {"screen": audit_facets_of(request.GET)})


@require_safe
def audit_event(request: TenantRequest, event_id: UUID) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    context = {"screen": event_screen(event_of(event_id))}
    return render_page(request, "audit/event.html", context)

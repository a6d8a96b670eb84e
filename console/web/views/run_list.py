from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from console.accounts.permissions import Permission
from console.web.addresses import asked
from console.web.forms.saved_view import SaveViewForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.run_list import SEEN, run_facets_of, run_list_of, runs_since, save_address


@require_safe
def run_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.TRACES_READ)
    return show_runs(request)


@require_safe
def run_newer(request: TenantRequest) -> HttpResponse:
    """Asked now and then by an open list, and says only how much it does not show yet."""
    need(request, Permission.TRACES_READ)
    count, more = runs_since(request)
    href = reverse("run-list") + asked(request.GET, **{SEEN: None})
    return render(request, "run/newer.html", {"count": count, "more": more, "href": href})


@require_safe
def run_facets(request: TenantRequest) -> HttpResponse:
    """What the list can be narrowed by."""
    need(request, Permission.TRACES_READ)
    context = {"facets": run_facets_of(request.GET), "target": "#browse"}
    return render(request, "components/facets.html", context)


def show_runs(request: TenantRequest, *, saving: SaveViewForm | None = None) -> HttpResponse:
    """`saving` is a name for the filters that does not hold."""
    context = {
        "screen": run_list_of(request),
        "saving": saving or SaveViewForm(),
        "save_address": save_address(request),
    }
    status = 422 if saving else 200
    return render_page(request, "run/list.html", context, fragment="browse", status=status)

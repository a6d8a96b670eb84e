from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError
from console.web.forms.audit import AuditFilter
from console.web.forms.problems import show_problems
from console.web.forms.review_filter import ReviewFilter
from console.web.forms.run import RunFilterForm
from console.web.forms.saved_view import SaveViewForm
from console.web.middleware import TenantRequest
from console.web.render import need
from console.web.screens.review_queue import query_of
from console.web.screens.saved_views import as_filters
from console.web.views.audit import show_audit
from console.web.views.review import show_desk
from console.web.views.run_list import show_runs
from memory.access import view_for
from memory.actions import delete_view, save_view
from memory.models import Listing

PAGES = {
    Listing.REVIEWS: "review-list",
    Listing.RUNS: "run-list",
    Listing.AUDIT: "audit-list",
}


@require_POST
def review_view_save(request: TenantRequest) -> HttpResponse:
    """Names the filters of the address it is sent to."""
    need(request, Permission.REVIEW_READ)
    form = SaveViewForm(request.POST)
    if not _save(request, form, Listing.REVIEWS, ReviewFilter(request.GET, request.actor).chosen):
        return show_desk(request, saving=form)
    return redirect(reverse("review-list") + query_of(request))


@require_POST
def run_view_save(request: TenantRequest) -> HttpResponse:
    need(request, Permission.TRACES_READ)
    form = SaveViewForm(request.POST)
    filters = RunFilterForm(request.GET)
    if not _save(request, form, Listing.RUNS, filters.chosen):
        return show_runs(request, saving=form)
    return redirect(f"{reverse('run-list')}?{request.GET.urlencode()}")


@require_POST
def audit_view_save(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    form = SaveViewForm(request.POST)
    if not _save(request, form, Listing.AUDIT, AuditFilter(request.GET).chosen):
        return show_audit(request, saving=form)
    return redirect(f"{reverse('audit-list')}?{request.GET.urlencode()}")


@require_POST
def view_delete(request: TenantRequest, view_id: UUID) -> HttpResponse:
    view = delete_view(actor=request.actor, view=view_for(request.actor, view_id))
    messages.success(request, f"The view “{view.name}” is gone. What it showed is untouched.")
    return redirect(PAGES[Listing(view.listing)])


def _save(
    request: TenantRequest, form: SaveViewForm, listing: Listing, chosen: Mapping[str, Any]
) -> bool:
    """False, with the reasons in the form, where it does not hold."""
    if not form.is_valid():
        return False
    try:
        view = save_view(
            actor=request.actor, listing=listing, filters=as_filters(chosen), **form.cleaned_data
        )
    except InvalidInputError as error:
        show_problems(form, error)
        return False
    messages.success(request, f"Saved as “{view.name}”.")
    return True

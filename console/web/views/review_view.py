from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError
from console.web.forms.problems import show_problems
from console.web.forms.review import SaveViewForm
from console.web.forms.review_filter import ReviewFilter
from console.web.middleware import TenantRequest
from console.web.render import need
from console.web.screens.review_queue import query_of
from console.web.views.review import show_desk
from memory.access import review_view_for
from memory.actions import delete_review_view, save_review_view


@require_POST
def review_view_save(request: TenantRequest) -> HttpResponse:
    """Names the filters of the address it is sent to."""
    need(request, Permission.REVIEW_READ)
    form = SaveViewForm(request.POST)
    if not form.is_valid():
        return show_desk(request, saving=form)
    chosen = ReviewFilter(request.GET, request.actor).chosen
    try:
        view = save_review_view(
            actor=request.actor,
            name=form.cleaned_data["name"],
            filters={name: str(value) for name, value in chosen.items()},
            shared=form.cleaned_data["shared"],
        )
    except InvalidInputError as error:
        show_problems(form, error)
        return show_desk(request, saving=form)
    messages.success(request, f"Saved as “{view.name}”.")
    return redirect(reverse("review-list") + query_of(request))


@require_POST
def review_view_delete(request: TenantRequest, view_id: UUID) -> HttpResponse:
    view = delete_review_view(actor=request.actor, view=review_view_for(request.actor, view_id))
    messages.success(request, f"The view “{view.name}” is gone. What it showed is untouched.")
    return redirect("review-list")

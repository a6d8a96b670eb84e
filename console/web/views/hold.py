from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError
from console.web.forms.hold import PlaceForm, ReleaseForm
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from memory.access import hold_for, memory_for, visible_holds
from memory.actions import place_hold, release_hold
from memory.models import Memory

# A page of one of these leads here with it chosen.
PREFILLED = ("subject", "run", "agent")


@require_safe
def hold_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    status = "released" if request.GET.get("status") == "released" else "standing"
    holds = visible_holds(request.actor).filter(released_at__isnull=status == "standing")
    page = paginate(request, holds, order=("-id",))
    return render_page(request, "hold/list.html", {"page": page, "status": status})


@require_http_methods(["GET", "HEAD", "POST"])
def hold_place(request: TenantRequest) -> HttpResponse:
    need(request, Permission.HOLD_MANAGE)
    memory = _memory(request)
    asked = {name: request.GET[name] for name in PREFILLED if name in request.GET}
    if asked:
        asked["scope"] = next(iter(asked))
    form = PlaceForm(memory, request.POST or None, initial=asked)
    if form.is_valid():
        hold = place_hold(actor=request.actor, **form.hold())
        messages.success(request, "Held. Nothing of it ends or is removed until it is released.")
        if hold.memory_id is not None:
            return redirect("memory-detail", hold.memory_id)
        return redirect("hold-list")
    status = 422 if form.is_bound else 200
    context = {"form": form, "memory": memory}
    return render_page(request, "hold/place.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def hold_release(request: TenantRequest, hold_id: UUID) -> HttpResponse:
    """Asks first, and why."""
    hold = hold_for(request.actor, hold_id, need=Permission.HOLD_MANAGE)
    form = ReleaseForm(request.POST or None)
    if form.is_valid():
        hold = release_hold(actor=request.actor, hold=hold, reason=form.cleaned_data["reason"])
        told = "Asked for: another owner gives it." if hold.stands else "Released."
        messages.success(request, f"{told} It stays on record.")
        return redirect("hold-list")
    status = 422 if form.is_bound else 200
    return render_page(request, "hold/release.html", {"form": form, "hold": hold}, status=status)


def _memory(request: TenantRequest) -> Memory | None:
    named = request.GET.get("memory")
    if named is None:
        return None
    try:
        memory_id = forms.UUIDField().clean(named)
    except forms.ValidationError as error:
        raise NotFoundError(noun="memory") from error
    return memory_for(request.actor, memory_id)

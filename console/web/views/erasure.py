"""Requests to be erased: taken in, agreed to by another person, carried out, or refused."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import NotFoundError
from console.web.forms.agent import ReasonForm
from console.web.forms.subject import CarryOutForm, ErasureForm, NamedErasureForm
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.step_up import step_up
from memory.actions import (
    approve_erasure,
    carry_out_erasure,
    receive_erasure,
    refuse_erasure,
    withdraw_erasure,
)
from memory.erasure.holdings import holdings_of, holds_over
from memory.models import OPEN_ERASURES, ErasureRequest
from memory.subjects import erasure_for, subject_for, subject_named, visible_erasures


@require_safe
def erasure_list(request: TenantRequest) -> HttpResponse:
    """Those open, the next deadline first; or the closed ones, the latest first."""
    need(request, Permission.SUBJECT_READ)
    closed = request.GET.get("status") == "closed"
    requests = visible_erasures(request.actor)
    requests = (
        requests.exclude(status__in=OPEN_ERASURES)
        if closed
        else requests.filter(status__in=OPEN_ERASURES)
    )
    page = paginate(request, requests, order=("-closed_at", "-id") if closed else ("due_at", "id"))
    moment = now()
    context = {
        "page": page,
        "closed": closed,
        "rows": [(one, one.is_overdue(moment)) for one in page.items],
        "can_manage": request.actor.may(Permission.ERASURE_MANAGE),
    }
    return render_page(request, "erasure/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def erasure_receive(request: TenantRequest, subject_id: UUID | None = None) -> HttpResponse:
    """About one subject, with the preview of what is held; or about one by name."""
    need(request, Permission.ERASURE_MANAGE)
    subject = subject_for(request.actor, subject_id) if subject_id else None
    form = (ErasureForm if subject else NamedErasureForm)(request.POST or None)
    if form.is_valid():
        about = subject or _named(request, form)
        if about is not None:
            said = form.cleaned_data
            erasure = receive_erasure(
                actor=request.actor,
                subject=about,
                asked_by=said["asked_by"],
                identity_check=said["identity_check"],
                received_at=said["received_on"],
                due_at=said["due_on"],
            )
            messages.success(request, "Taken in. Nothing is erased before somebody else approves.")
            return redirect("erasure-detail", erasure.id)
    context: dict[str, Any] = {"form": form, "subject": subject}
    if subject:
        context |= {"holdings": holdings_of(subject), "holds": list(holds_over(subject)[:10])}
    status = 422 if form.is_bound else 200
    return render_page(request, "erasure/receive.html", context, status=status)


@require_safe
def erasure_detail(request: TenantRequest, erasure_id: UUID) -> HttpResponse:
    erasure = erasure_for(request.actor, erasure_id)
    return render_page(request, "erasure/detail.html", _context(request, erasure))


@step_up
@require_POST
def erasure_approve(request: TenantRequest, erasure_id: UUID) -> HttpResponse:
    approve_erasure(actor=request.actor, request=_managed(request, erasure_id))
    messages.success(request, "Approved. It can be carried out now.")
    return redirect("erasure-detail", erasure_id)


@require_http_methods(["POST"])
def erasure_end(request: TenantRequest, erasure_id: UUID, how: str) -> HttpResponse:
    erasure = _managed(request, erasure_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        context = {**_context(request, erasure), "end_form": form}
        return render_page(request, "erasure/detail.html", context, status=422)
    end = refuse_erasure if how == "refuse" else withdraw_erasure
    end(actor=request.actor, request=erasure, comment=form.cleaned_data["reason"])
    messages.success(request, "Closed. It stays on record.")
    return redirect("erasure-detail", erasure_id)


@step_up
@require_POST
def erasure_carry_out(request: TenantRequest, erasure_id: UUID) -> HttpResponse:
    erasure = _managed(request, erasure_id)
    form = CarryOutForm(request.POST)
    if not form.is_valid():
        context = {**_context(request, erasure), "carry_out_form": form}
        return render_page(request, "erasure/detail.html", context, status=422)
    carry_out_erasure(actor=request.actor, request=erasure)
    messages.success(request, "Erased. A later write about them is refused.")
    return redirect("erasure-detail", erasure_id)


def _managed(request: TenantRequest, erasure_id: UUID) -> ErasureRequest:
    return erasure_for(request.actor, erasure_id, need=Permission.ERASURE_MANAGE)


def _named(request: TenantRequest, form: ErasureForm) -> Subject | None:
    try:
        return subject_named(request.actor, form.cleaned_data["subject"])
    except NotFoundError:
        form.add_error("subject", "Nothing is held about them. Answer the person so.")
        return None


def _context(request: TenantRequest, erasure: ErasureRequest) -> dict[str, Any]:
    may = request.actor.may(Permission.ERASURE_MANAGE)
    return {
        "erasure": erasure,
        "is_overdue": erasure.is_overdue(now()),
        "holdings": holdings_of(erasure.subject) if erasure.is_open else None,
        "holds": list(holds_over(erasure.subject)[:10]) if erasure.is_open else [],
        "is_own": erasure.taken_in_by_id == request.actor.id,
        "can_manage": may and erasure.is_open,
        "end_form": ReasonForm(),
        "carry_out_form": CarryOutForm(),
    }

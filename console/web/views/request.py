"""Requests of people about what is held about them: taken in, agreed to, carried out, or ended."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.permissions import Permission
from console.keys.subjects import known_subjects
from console.platform.clock import now
from console.web.forms.agent import ReasonForm
from console.web.forms.request import LIFT, CarryOutForm, NamedRequestForm, RefuseForm, RequestForm
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.step_up import step_up
from memory.actions import carry_out_erasure
from memory.desk import approve_request, receive_request, refuse_request, withdraw_request
from memory.desk.approval import why_not_approve
from memory.desk.reading import request_for, visible_requests
from memory.erasure.holdings import holdings_of
from memory.holds import holds_over
from memory.models import OPEN_REQUESTS, RequestKind, SubjectRequest
from memory.subjects import subject_for


@require_safe
def request_list(request: TenantRequest) -> HttpResponse:
    """Those open, the next deadline first; or the closed ones, the latest first."""
    need(request, Permission.SUBJECT_READ)
    closed = request.GET.get("status") == "closed"
    requests = visible_requests(request.actor)
    requests = (
        requests.exclude(status__in=OPEN_REQUESTS)
        if closed
        else requests.filter(status__in=OPEN_REQUESTS)
    )
    page = paginate(request, requests, order=("-closed_at", "-id") if closed else ("due_at", "id"))
    moment = now()
    context = {
        "page": page,
        "closed": closed,
        "rows": [(one, one.is_overdue(moment)) for one in page.items],
        "can_manage": request.actor.may(Permission.ERASURE_MANAGE),
    }
    return render_page(request, "request/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def request_receive(request: TenantRequest, subject_id: UUID | None = None) -> HttpResponse:
    """About one subject, with the preview of what is held; or about one by name."""
    need(request, Permission.ERASURE_MANAGE)
    subject = subject_for(request.actor, subject_id) if subject_id else None
    form = (RequestForm if subject else NamedRequestForm)(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        named = subject.external_id if subject else said["subject"]
        known = known_subjects([named, *said["also_named"]])
        about = known.pop(named, None)
        taken_in = receive_request(
            actor=request.actor,
            kind=RequestKind.RESTRICTION if said["kind"] == LIFT else said["kind"],
            lifts=said["kind"] == LIFT,
            subject=about,
            aliases=list(known.values()) if about else (),
            named=named,
            also_named=said["also_named"],
            asked_by=said["asked_by"],
            contact=said["contact"],
            wish=said["wish"],
            identity_check=said["identity_check"],
            law=said["law"] or None,
            received_at=said["received_on"],
            due_at=said["due_on"],
        )
        messages.success(
            request, f"Taken in as {taken_in.reference}. Nothing is done before two people agree."
        )
        return redirect("request-detail", taken_in.id)
    context: dict[str, Any] = {"form": form, "subject": subject}
    if subject:
        context |= {"holdings": holdings_of(subject), "holds": list(holds_over(subject)[:10])}
    status = 422 if form.is_bound else 200
    return render_page(request, "request/receive.html", context, status=status)


@require_safe
def request_detail(request: TenantRequest, request_id: UUID) -> HttpResponse:
    found = request_for(request.actor, request_id)
    return render_page(request, "request/detail.html", _context(request, found))


@step_up
@require_POST
def request_approve(request: TenantRequest, request_id: UUID) -> HttpResponse:
    approve_request(actor=request.actor, request=_managed(request, request_id))
    messages.success(request, "Approved.")
    return redirect("request-detail", request_id)


@require_POST
def request_refuse(request: TenantRequest, request_id: UUID) -> HttpResponse:
    found = _managed(request, request_id)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        context = {**_context(request, found), "refuse_form": form}
        return render_page(request, "request/detail.html", context, status=422)
    refuse_request(
        actor=request.actor,
        request=found,
        comment=form.cleaned_data["reason"],
        ground=form.cleaned_data["ground"],
    )
    messages.success(request, "Refused. Tell the person why.")
    return redirect("request-detail", request_id)


@require_POST
def request_withdraw(request: TenantRequest, request_id: UUID) -> HttpResponse:
    found = _managed(request, request_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        context = {**_context(request, found), "withdraw_form": form}
        return render_page(request, "request/detail.html", context, status=422)
    withdraw_request(actor=request.actor, request=found, comment=form.cleaned_data["reason"])
    messages.success(request, "Closed. It stays on record.")
    return redirect("request-detail", request_id)


@step_up
@require_POST
def request_carry_out(request: TenantRequest, request_id: UUID) -> HttpResponse:
    found = _managed(request, request_id)
    form = CarryOutForm(request.POST)
    if not form.is_valid():
        context = {**_context(request, found), "carry_out_form": form}
        return render_page(request, "request/detail.html", context, status=422)
    carry_out_erasure(actor=request.actor, request=found)
    messages.success(request, "Erased. A later write about them is refused.")
    return redirect("request-detail", request_id)


def _managed(request: TenantRequest, request_id: UUID) -> SubjectRequest:
    return request_for(request.actor, request_id, need=Permission.ERASURE_MANAGE)


def _context(request: TenantRequest, found: SubjectRequest) -> dict[str, Any]:
    may = request.actor.may(Permission.ERASURE_MANAGE)
    about = found.subject if found.is_open else None
    return {
        "asked": found,
        "is_overdue": found.is_overdue(now()),
        "holdings": holdings_of(about) if about else None,
        "holds": list(holds_over(about)[:10]) if about else [],
        "why_not_approve": why_not_approve(request.actor, found),
        "may_start": found.may_start(now()),
        "can_manage": may and found.is_open,
        "refuse_form": RefuseForm(),
        "withdraw_form": ReasonForm(),
        "carry_out_form": CarryOutForm(),
    }

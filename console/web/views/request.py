"""Requests of people about what is held about them: taken in, agreed to, carried out, or ended."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reselect, retarget

from console.accounts.permissions import Permission
from console.keys.subjects import known_subjects
from console.platform.errors import InvalidInputError, NotFoundError
from console.web.forms.problems import show_problems
from console.web.forms.request import (
    LIFT,
    NamedRequestForm,
    RectifyForm,
    RequestFilter,
    RequestForm,
)
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.request_deeds import DEEDS
from console.web.screens.erasure import erasure_progress
from console.web.screens.request import request_screen
from console.web.screens.request_list import request_counts, request_rows
from console.web.step_up import authenticated_lately, prove_first, step_up
from memory.access import read_memory, version_for
from memory.actions import reveal_memory
from memory.desk import ask_identity, hand_over, receive_request, rectify_memory, take_copy_for
from memory.desk.access import subjects_of
from memory.desk.letters import letter_of, tell_on_commit
from memory.desk.reading import request_for, visible_requests
from memory.erasure.export import export_of
from memory.erasure.preview import preview_of
from memory.holds import holds_over
from memory.models import Memory, RequestKind, SubjectRequest
from memory.subjects import subject_for


@require_safe
def request_list(request: TenantRequest) -> HttpResponse:
    """Those open, the next deadline first; or the closed ones, the latest first."""
    need(request, Permission.SUBJECT_READ)
    filters = RequestFilter(request.GET)
    requests = filters.apply(visible_requests(request.actor))
    order = ("-closed_at", "-id") if filters.closed else ("due_at", "id")
    page = paginate(request, requests, order=order)
    context = {
        "filters": filters,
        "page": page,
        "rows": request_rows(page.items),
        "counts": request_counts(request.actor),
        "can_manage": request.actor.may(Permission.ERASURE_MANAGE),
    }
    return render_page(request, "request/list.html", context, fragment="results")


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
        context |= {"holdings": preview_of(subject), "holds": list(holds_over(subject)[:10])}
    status = 422 if form.is_bound else 200
    return render_page(request, "request/receive.html", context, status=status)


@require_safe
def request_detail(request: TenantRequest, request_id: UUID) -> HttpResponse:
    screen = request_screen(request.actor, request_for(request.actor, request_id))
    return render_page(request, "request/detail.html", {"screen": screen})


@require_safe
def request_progress(request: TenantRequest, request_id: UUID) -> HttpResponse:
    """How far an erasure has come; or its whole page anew, where more than that has changed."""
    asked = request_for(request.actor, request_id)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("request-detail", request_id)
    progress = erasure_progress(asked)
    if progress and progress.standing == request.GET.get("standing"):
        context = {"progress": progress}
        return render_page(request, "request/detail.html", context, fragment="progress")
    screen = request_screen(request.actor, asked)
    response = render_page(request, "request/detail.html", {"screen": screen})
    return reselect(retarget(response, "#request"), "#request")


@require_POST
def request_do(request: TenantRequest, request_id: UUID, deed: str) -> HttpResponseBase:
    found = _managed(request, request_id)
    known = DEEDS.get(deed)
    if known is None:
        raise NotFoundError(deed, noun="page")
    if known.asks_again and not authenticated_lately(request):
        return prove_first(request)
    form = known.form(request.POST, auto_id=f"{deed}_%s")
    if form.is_valid():
        try:
            told = known.do(request.actor, found, form.cleaned_data)
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            messages.success(request, told)
            return redirect("request-detail", request_id)
    screen = request_screen(request.actor, found, bound={deed: form})
    return render_page(request, "request/detail.html", {"screen": screen}, status=422)


@require_POST
def request_code(request: TenantRequest, request_id: UUID) -> HttpResponse:
    """Mailed to the address on record, or shown this once."""
    by_mail = request.POST.get("by") == "mail"
    issued = ask_identity(
        actor=request.actor, request=_managed(request, request_id), by_mail=by_mail
    )
    if by_mail and tell_on_commit(issued.request, "code", said=issued.text):
        messages.success(request, "A code is on its way. It works for two days, three times.")
        return redirect("request-detail", request_id)
    letter = letter_of(issued.request, "code", said=issued.text)
    context = {"asked": issued.request, "code": issued.text, "letter": letter}
    return render_page(request, "request/code.html", context)


@step_up
@require_POST
def request_hand_over(request: TenantRequest, request_id: UUID) -> HttpResponse:
    """A link for the person: mailed to the address on record, or shown this once."""
    found = _managed(request, request_id)
    issued = hand_over(actor=request.actor, request=found)
    link = request.build_absolute_uri(reverse("privacy-copy", args=[issued.text]))
    by_mail = request.POST.get("by") == "mail"
    if by_mail and tell_on_commit(found, "handed_over", said=link):
        messages.success(request, "The link is on its way. It works for seven days.")
        return redirect("request-detail", request_id)
    context = {"asked": found, "link": link, "letter": letter_of(found, "handed_over", said=link)}
    return render_page(request, "request/link.html", context)


@step_up
@require_POST
def request_copy(request: TenantRequest, request_id: UUID) -> HttpResponseBase:
    """An owner takes the copy away, to hand it over; it comes after this transaction."""
    found = take_copy_for(actor=request.actor, request=_managed(request, request_id))
    return copy_of(found)


@require_http_methods(["GET", "HEAD", "POST"])
def request_rectify(request: TenantRequest, request_id: UUID, memory_id: UUID) -> HttpResponse:
    """One memory about them, corrected: who looks at it is on record, as everywhere."""
    found = _managed(request, request_id)
    if found.kind != RequestKind.RECTIFICATION or not found.is_open:
        raise NotFoundError(request_id, noun="page")
    memory = read_memory(request.actor, memory_id)
    if memory.subject_id not in found.subject_ids:
        raise NotFoundError(memory_id, noun="memory")
    reveal_memory(actor=request.actor, memory=memory)
    version = version_for(request.actor, memory, memory.version)
    says = {"content": version.content, "version": memory.version}
    form = RectifyForm(request.POST or None, initial=says)
    if form.is_valid() and _rectified(request, found, memory, form):
        messages.success(request, "Corrected. Go on, or finish the request.")
        return redirect("request-detail", request_id)
    context = {"asked": found, "memory": memory, "form": form}
    status = 422 if form.is_bound else 200
    return render_page(request, "request/rectify.html", context, status=status)


def copy_of(found: SubjectRequest) -> StreamingHttpResponse:
    """Everything held about whoever it is about, as it is read."""
    return StreamingHttpResponse(
        export_of(subjects_of(found), found.tenant_id),
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="copy-{found.reference}.json"',
            "Cache-Control": "no-store",
        },
    )


def _rectified(
    request: TenantRequest, found: SubjectRequest, memory: Memory, form: RectifyForm
) -> bool:
    try:
        rectify_memory(
            actor=request.actor,
            request=found,
            memory=memory,
            content=form.cleaned_data["content"],
            expected_version=form.cleaned_data["version"],
            erase_old=form.cleaned_data["erase_old"],
        )
    except InvalidInputError as error:
        show_problems(form, error)
        return False
    return True


def _managed(request: TenantRequest, request_id: UUID) -> SubjectRequest:
    return request_for(request.actor, request_id, need=Permission.ERASURE_MANAGE)

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError
from console.web.forms.agent import ReasonForm
from console.web.forms.subject import BasisForm, SubjectFilter
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.screens.subject import subject_screen
from console.web.step_up import step_up
from memory.actions import export_subject, record_basis, withdraw_basis
from memory.erasure.export import export_of, extent_of
from memory.models import Basis, LegalBasis
from memory.subjects import figures_of, subject_for, visible_subjects


@require_safe
def subject_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SUBJECT_READ)
    filters = SubjectFilter(request.GET)
    subjects = filters.apply(visible_subjects(request.actor))
    page = paginate(request, subjects, order=("external_id", "id"))
    context = {"filters": filters, "page": page, "rows": figures_of(page.items)}
    return render_page(request, "subject/list.html", context, fragment="results")


@require_safe
def subject_detail(request: TenantRequest, subject_id: UUID) -> HttpResponse:
    screen = subject_screen(request.actor, subject_for(request.actor, subject_id))
    return render_page(request, "subject/detail.html", {"screen": screen})


@require_http_methods(["GET", "HEAD", "POST"])
def subject_basis(request: TenantRequest, subject_id: UUID) -> HttpResponse:
    subject = subject_for(request.actor, subject_id, need=Permission.SUBJECT_MANAGE)
    form = BasisForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        record_basis(
            actor=request.actor,
            subject=subject,
            basis=Basis(said["basis"]),
            since=said["since"],
            detail=said["note"],
        )
        messages.success(request, "On record.")
        return redirect("subject-detail", subject.id)
    context = {"form": form, "subject": subject}
    return render_page(request, "subject/basis.html", context, status=422 if form.is_bound else 200)


@require_POST
def subject_basis_withdraw(
    request: TenantRequest, subject_id: UUID, basis_id: UUID
) -> HttpResponse:
    subject = subject_for(request.actor, subject_id, need=Permission.SUBJECT_MANAGE)
    basis = LegalBasis.objects.filter(id=basis_id, subject_id=subject.id).first()
    if basis is None:
        raise NotFoundError(basis_id, noun="legal basis")
    withdraw_basis(actor=request.actor, basis=basis)
    messages.warning(request, "Withdrawn. Nothing is deleted by that.")
    return redirect("subject-detail", subject.id)


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def subject_export(request: TenantRequest, subject_id: UUID) -> HttpResponseBase:
    """Asks why first; then the document comes as it is read, after this transaction."""
    subject = subject_for(request.actor, subject_id, need=Permission.SUBJECT_EXPORT)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        export_subject(actor=request.actor, subject=subject, comment=form.cleaned_data["reason"])
        return StreamingHttpResponse(
            export_of([subject], request.actor.tenant_id),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="subject-{subject.id}.json"'},
        )
    context = {"form": form, "subject": subject, "figures": extent_of(subject)}
    return render_page(
        request, "subject/export.html", context, status=422 if form.is_bound else 200
    )

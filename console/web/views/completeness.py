from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from audit.completeness import reconcile
from audit.models import Reconciliation
from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.screens.completeness import reconciliation_screen


@require_safe
def completeness_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    runs = Reconciliation.objects.defer("findings")
    page = paginate(request, runs, order=("-id",))
    return render_page(request, "audit/completeness.html", {"page": page})


@require_safe
def completeness_detail(request: TenantRequest, run_id: UUID) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    run = Reconciliation.objects.filter(id=run_id).first()
    if run is None:
        raise NotFoundError(run_id, noun="reconciliation")
    context = {"screen": reconciliation_screen(run)}
    return render_page(request, "audit/reconciliation.html", context)


@require_POST
def completeness_run(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    run = reconcile(request.actor.tenant_id, actor=request.actor)
    return redirect("completeness-detail", run.id)

from uuid import UUID

from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from audit.actions import export_events, may_take_evidence
from audit.event_filter import event_of
from audit.export.events import ENDINGS, MEDIA_TYPES, Form, exported
from audit.export.proof import proof_json
from console.accounts.permissions import Permission
from console.web.addresses import asked
from console.web.forms.audit import AuditExportForm, AuditFilter
from console.web.forms.saved_view import SaveViewForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.audit import audit_list_of, chips_of
from console.web.screens.audit_event import event_screen
from console.web.screens.audit_facets import audit_facets_of
from console.web.screens.audit_log import log_screen
from console.web.step_up import step_up


@require_safe
def audit_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    return show_audit(request)


def show_audit(request: TenantRequest, *, saving: SaveViewForm | None = None) -> HttpResponse:
    """`saving` is a name for the filters that does not hold."""
    context = {
        "screen": audit_list_of(request),
        "may_take_evidence": may_take_evidence(request.actor),
        "saving": saving or SaveViewForm(),
    }
    status = 422 if saving else 200
    return render_page(request, "audit/list.html", context, fragment="browse", status=status)


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


@require_safe
def audit_proof(request: TenantRequest, event_id: UUID) -> HttpResponse:
    """As `mnemoscope-verify --inclusion` reads it."""
    need(request, Permission.AUDIT_READ)
    proof = proof_json(event_of(event_id))
    name = f'attachment; filename="proof-{event_id}.json"'
    return JsonResponse(proof, headers={"Content-Disposition": name})


@require_safe
def audit_log(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    context = {"screen": log_screen(), "may_take_evidence": may_take_evidence(request.actor)}
    return render_page(request, "audit/log.html", context)


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def audit_export(request: TenantRequest) -> HttpResponseBase:
    """What the filters of its address find; the file comes after what records who took it."""
    need(request, Permission.AUDIT_READ)
    filters, form = AuditFilter(request.GET), AuditExportForm(request.POST or None)
    if form.is_valid() and not filters.errors:
        chosen = Form(form.cleaned_data["form"])
        export = export_events(
            actor=request.actor, form=chosen, filters=filters.chosen, find=filters.found
        )
        name = f"audit-{export.id}.{ENDINGS[chosen]}"
        return StreamingHttpResponse(
            exported(chosen, filters.found, request.actor.tenant_id, export.id),
            content_type=MEDIA_TYPES[chosen],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    context = {
        "form": form,
        "filters": filters,
        "chips": chips_of(request.GET, filters),
        "query": asked(request.GET),
    }
    status = 422 if form.is_bound else 200
    return render_page(request, "audit/export.html", context, status=status)

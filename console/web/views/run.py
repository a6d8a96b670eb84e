from uuid import UUID

from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from audit.timelines.detail import span_detail
from audit.timelines.runs import find_runs, run_of
from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError
from console.web.forms.run import RunFilterForm
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.screens.run import lane_of, run_screen, touches_of


@require_safe
def run_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.TRACES_READ)
    filters = RunFilterForm(request.GET)
    page = paginate(request, find_runs(filters.wanted()), order=("-last_seen", "-id"))
    return render_page(
        request, "run/list.html", {"filters": filters, "page": page}, fragment="results"
    )


@require_safe
def run_detail(request: TenantRequest, run_id: UUID) -> HttpResponse:
    need(request, Permission.TRACES_READ)
    context = {"screen": run_screen(request.actor, run_of(run_id))}
    return render_page(request, "run/detail.html", context, fragment="panel")


@require_safe
def run_span(request: TenantRequest, run_id: UUID, trace_id: bytes, span_id: bytes) -> HttpResponse:
    """The run with one step opened; htmx asks for the opened step alone."""
    need(request, Permission.TRACES_READ)
    run = run_of(run_id)
    detail = span_detail(trace_id, span_id)
    if detail.step.run_id != run.id:
        raise NotFoundError(span_id.hex(), noun="span")
    context = {
        "screen": SimpleLazyObject(lambda: run_screen(request.actor, run)),
        "run": run,
        "detail": detail,
        "lane": lane_of(detail.step),
        "touches": touches_of(request.actor, detail.memories),
    }
    return render_page(request, "run/detail.html", context, fragment="panel")

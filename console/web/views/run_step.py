"""One step of a run, opened beside it. htmx asks for the opened step alone."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from audit.models import Run
from audit.timelines.detail import SpanDetail, detail_in
from audit.timelines.runs import run_of
from console.accounts.permissions import Permission
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.run_step import step_screen
from console.web.views.run import run_context
from memory.actions import reveal_run


@require_safe
def run_span(request: TenantRequest, run_id: UUID, trace_id: bytes, span_id: bytes) -> HttpResponse:
    need(request, Permission.TRACES_READ)
    run = run_of(run_id)
    return _show(request, run, detail_in(run, trace_id, span_id))


@require_POST
def run_span_reveal(
    request: TenantRequest, run_id: UUID, trace_id: bytes, span_id: bytes
) -> HttpResponse:
    """The same with nothing masked, once: whoever looks again asks again."""
    need(request, Permission.TRACES_READ)
    run = run_of(run_id)
    detail = detail_in(run, trace_id, span_id)
    reveal_run(actor=request.actor, run=run, trace_id=trace_id, span_id=span_id)
    return _show(request, run, detail, revealed=True)


def _show(
    request: TenantRequest, run: Run, detail: SpanDetail, *, revealed: bool = False
) -> HttpResponse:
    opened = step_screen(request.actor, run, detail, request.GET, revealed=revealed)
    current = bytes.fromhex(detail.step.trace_id + detail.step.span_id)
    context = {**run_context(request, run, current=current), "opened": opened}
    return render_page(request, "run/detail.html", context, fragment="panel")

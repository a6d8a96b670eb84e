from collections.abc import Iterator
from uuid import UUID

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from audit.actions import export_run
from audit.export.otlp import Form, otlp_of
from audit.models import Run
from audit.timelines.runs import run_of
from console.accounts.permissions import Permission
from console.web.forms.run_export import PAGE, RunExportForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.run_document import run_document
from memory.agents import agents_named

ENDINGS = {
    PAGE: ("html", "text/html; charset=utf-8"),
    Form.JSON: ("json", "application/json"),
    Form.LINES: ("jsonl", "application/x-ndjson"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def run_export(request: TenantRequest, run_id: UUID) -> HttpResponseBase:
    """The file comes as it is read, after the transaction that records who took it."""
    need(request, Permission.TRACES_READ)
    run = run_of(run_id)
    form = RunExportForm(request.POST or None)
    if form.is_valid():
        chosen = form.cleaned_data["form"]
        export_run(actor=request.actor, run=run, form=chosen)
        ending, media_type = ENDINGS[chosen]
        return StreamingHttpResponse(
            _document(request, run, chosen),
            content_type=media_type,
            headers={"Content-Disposition": f'attachment; filename="run-{run.id}.{ending}"'},
        )
    agents = agents_named(request.actor, [run.agent])
    context = {"form": form, "run": run, "agents": agents}
    status = 422 if form.is_bound else 200
    return render_page(request, "run/export.html", context, status=status)


def _document(request: TenantRequest, run: Run, chosen: str) -> Iterator[str] | Iterator[bytes]:
    if chosen == PAGE:
        return run_document(run, request.actor)
    return otlp_of(run, request.actor.tenant_id, Form(chosen))

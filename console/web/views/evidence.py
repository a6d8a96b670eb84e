from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from audit.actions import EVIDENCE, export_evidence
from console.web.forms.evidence import EvidenceForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.evidence import evidence_screen
from console.web.step_up import step_up
from memory.evidence.documents import evidence_pack


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: TenantRequest) -> HttpResponseBase:
    """The pack comes as it is read, after the transaction that records who took it."""
    for permission in EVIDENCE:
        need(request, permission)
    is_taken = request.method == "POST"
    form = EvidenceForm(request.POST if is_taken else request.GET)
    screen = evidence_screen(form)
    if not is_taken or screen.extent is None:
        context, status = {"screen": screen}, 422 if is_taken else 200
        return render_page(
            request, "audit/evidence.html", context, fragment="browse", status=status
        )
    begins, ends = form.period
    extent = export_evidence(actor=request.actor, begins=begins, ends=ends)
    return StreamingHttpResponse(
        evidence_pack(extent),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{extent.file_name}"'},
    )

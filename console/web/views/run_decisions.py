"""A run as its decisions."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from audit.models import Run
from audit.timelines.runs import run_of
from console.accounts.permissions import Permission
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.run_decisions import decisions_screen
from memory.actions import reveal_run


@require_safe
def run_decisions(request: TenantRequest, run_id: UUID) -> HttpResponse:
    need(request, Permission.TRACES_READ)
    return _show(request, run_of(run_id))


@require_POST
def run_decisions_reveal(request: TenantRequest, run_id: UUID) -> HttpResponse:
    """The same page with nothing masked, once: whoever looks again asks again."""
    need(request, Permission.TRACES_READ)
    run = run_of(run_id)
    reveal_run(actor=request.actor, run=run)
    return _show(request, run, revealed=True)


def _show(request: TenantRequest, run: Run, *, revealed: bool = False) -> HttpResponse:
    screen = decisions_screen(request.actor, run, request.GET, revealed=revealed)
    return render_page(request, "run/decisions.html", {"screen": screen, "run": run})

"""Two runs side by side."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from audit.models import Run
from audit.timelines.runs import run_of
from console.accounts.permissions import Permission
from console.web.forms.run_comparison import OtherRunForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.run_comparison import comparison_screen, runs_to_compare
from memory.agents import agents_named


@require_safe
def run_compare(request: TenantRequest, run_id: UUID) -> HttpResponse:
    """With which one?"""
    need(request, Permission.TRACES_READ)
    run = run_of(run_id)
    form = OtherRunForm(request.GET or None)
    if form.is_valid():
        other = Run.objects.filter(id=form.cleaned_data["run"]).first()
        if other is not None:
            return redirect("run-comparison", run.id, other.id)
        form.add_error("run", "There is no such run.")
    context = {
        "run": run,
        "form": form,
        "others": runs_to_compare(run),
        "agents": agents_named(request.actor, [run.agent]),
    }
    return render_page(request, "run/compare.html", context, status=422 if form.errors else 200)


@require_safe
def run_comparison(request: TenantRequest, run_id: UUID, other_id: UUID) -> HttpResponse:
    need(request, Permission.TRACES_READ)
    left, right = run_of(run_id), run_of(other_id)
    screen = comparison_screen(request.actor, left, right)
    return render_page(request, "run/comparison.html", {"screen": screen, "run": left})

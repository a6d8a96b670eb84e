from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from console.accounts.models import Agent
from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError
from console.web.forms.problems import show_problems
from console.web.forms.recall_trial import TrialForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.recall_trial import trial_screen
from memory.actions import try_recall


@require_http_methods(["GET", "HEAD", "POST"])
def recall_trial(request: TenantRequest) -> HttpResponse:
    """A link may fill the form in; a trial is recorded, so it is no plain look at a page."""
    need(request, Permission.MEMORY_READ)
    form = TrialForm(request.POST or None, initial=request.GET.dict())
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            agent = Agent.objects.get(id=form.agent_id)
            trial = try_recall(actor=request.actor, agent=agent, query=form.question())
            context["screen"] = trial_screen(trial, form.body())
        except InvalidInputError as error:
            show_problems(form, error)
    status = 422 if form.errors else 200
    return render_page(request, "memory/try.html", context, status=status)

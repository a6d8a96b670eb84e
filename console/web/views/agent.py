from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.models import Agent
from console.accounts.permissions import Permission
from console.administration import change_owner, register_agent, trust_agent, untrust_agent
from console.platform.errors import InvalidInputError
from console.web.forms.agent import AgentFilter, OwnerForm, ReasonForm, RegisterForm
from console.web.forms.problems import show_problems
from console.web.middleware import TenantRequest
from console.web.paging import PAGE_SIZE, paginate
from console.web.render import need, render_page
from console.web.screens.agent import agent_screen
from memory.agents import agent_for, figures_of, standing_freezes, visible_agents

MOST_JUDGED = 500


@require_safe
def agent_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AGENT_READ)
    filters = AgentFilter(request.GET)
    agents = filters.apply(visible_agents(request.actor))
    health = filters.chosen.get("health")
    # Health is no column: to filter by it, so many agents are looked at and no more.
    size = MOST_JUDGED if health else PAGE_SIZE
    page = paginate(request, agents, order=("name", "id"), size=size)
    context = {
        "filters": filters,
        "page": page,
        "rows": [row for row in figures_of(page.items) if health in {None, row.health}],
        "freezes_of_all": list(standing_freezes(None)),
        "can_manage": request.actor.may(Permission.AGENT_MANAGE),
    }
    return render_page(request, "agent/list.html", context, fragment="results")


@require_safe
def agent_detail(request: TenantRequest, agent_id: UUID) -> HttpResponse:
    agent = agent_for(request.actor, agent_id)
    origin = f"{request.scheme}://{request.get_host()}"
    context = {"screen": agent_screen(request.actor, agent), "origin": origin}
    return render_page(request, "agent/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def agent_register(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AGENT_MANAGE)
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        try:
            agent = register_agent(
                actor=request.actor, name=form.cleaned_data["name"], owner=form.person()
            )
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            messages.success(request, "Registered. Connect it by the steps below.")
            return redirect("agent-detail", agent.id)
    status = 422 if form.is_bound else 200
    return render_page(request, "agent/register.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def agent_owner(request: TenantRequest, agent_id: UUID) -> HttpResponse:
    agent = _managed(request, agent_id)
    form = OwnerForm(request.POST or None, initial={"owner": agent.owner_id})
    if form.is_valid():
        owner = form.person()
        change_owner(actor=request.actor, agent=agent, owner=owner)
        messages.success(request, f"{owner or 'Nobody'} answers for it from now on.")
        return redirect("agent-detail", agent.id)
    status = 422 if form.is_bound else 200
    return render_page(request, "agent/owner.html", {"form": form, "agent": agent}, status=status)


@require_POST
def agent_trust(request: TenantRequest, agent_id: UUID) -> HttpResponse:
    agent = _managed(request, agent_id)
    trust_agent(actor=request.actor, agent=agent)
    messages.success(request, "Trusted. Its ordinary writes take effect at once.")
    return redirect("agent-detail", agent.id)


@require_http_methods(["GET", "HEAD", "POST"])
def agent_untrust(request: TenantRequest, agent_id: UUID) -> HttpResponse:
    """Asks why first."""
    agent = _managed(request, agent_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        untrust_agent(actor=request.actor, agent=agent, comment=form.cleaned_data["reason"])
        messages.success(request, "No longer trusted. What it writes waits for review.")
        return redirect("agent-detail", agent.id)
    status = 422 if form.is_bound else 200
    return render_page(request, "agent/untrust.html", {"form": form, "agent": agent}, status=status)


def _managed(request: TenantRequest, agent_id: UUID) -> Agent:
    return agent_for(request.actor, agent_id, need=Permission.AGENT_MANAGE)

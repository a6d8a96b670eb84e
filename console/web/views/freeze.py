"""The stop button, for one agent and for all. Each asks first: it is felt at once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from console.accounts.models import Agent, Stops
from console.accounts.permissions import Permission
from console.administration import freeze_agent, thaw_agent
from console.web.forms.agent import FreezeForm, ReasonForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from memory.agents import agent_for, standing_freezes


@require_http_methods(["GET", "HEAD", "POST"])
def freeze(request: TenantRequest, agent_id: UUID | None = None) -> HttpResponse:
    agent = _agent(request, agent_id, Permission.AGENT_FREEZE)
    form = FreezeForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        freeze_agent(
            actor=request.actor,
            agent=agent,
            comment=said["reason"],
            stops=Stops(said["stops"]),
        )
        messages.success(request, "Frozen. Its next request is refused.")
        return _back(agent)
    status = 422 if form.is_bound else 200
    return render_page(request, "agent/freeze.html", {"form": form, "agent": agent}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def thaw(request: TenantRequest, agent_id: UUID | None = None) -> HttpResponse:
    agent = _agent(request, agent_id, Permission.AGENT_MANAGE)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        thaw_agent(actor=request.actor, agent=agent, comment=form.cleaned_data["reason"])
        messages.success(request, "Thawed. It may go on.")
        return _back(agent)
    own = standing_freezes(agent).filter(agent_id=agent.id if agent else None)
    context = {"form": form, "agent": agent, "freezes": list(own)}
    status = 422 if form.is_bound else 200
    return render_page(request, "agent/thaw.html", context, status=status)


def _agent(request: TenantRequest, agent_id: UUID | None, permission: Permission) -> Agent | None:
    if agent_id is None:
        need(request, permission)
        return None
    return agent_for(request.actor, agent_id, need=permission)


def _back(agent: Agent | None) -> HttpResponse:
    return redirect("agent-detail", agent.id) if agent else redirect("agent-list")

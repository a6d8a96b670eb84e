"""Agents over the API, for people: an agent's own key sees none, itself included."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.accounts.models import Agent, Stops
from console.accounts.permissions import Permission
from console.administration import freeze_agent, thaw_agent
from console.api.idempotency import Answer, once
from console.api.paging import newest_first, page_of
from console.api.schema import page_shape, problems
from console.api.serializers import checked
from console.api.v1.agent_shapes import (
    AgentAnswer,
    AgentQuery,
    FreezeBody,
    FreezesAnswer,
    ThawBody,
    shown_agent,
    shown_freezes,
)
from console.api.v1.base import TenantView, identifier
from console.api.v1.queries import NoQuery
from memory.agents import agent_for, figures_of, standing_freezes, visible_agents

TAGS = ["agents"]
REFUSED = problems(400, 404, 409, 413, 415)


class AgentsView(TenantView):
    needs = {"GET": Permission.AGENT_READ}

    @extend_schema(
        operation_id="agents_list",
        summary="List agents",
        description="With what they did lately and what reviewers made of it. Newest first.",
        tags=TAGS,
        parameters=[AgentQuery],
        responses={200: page_shape(AgentAnswer), **problems()},
    )
    def get(self, request: Request) -> Response:
        asked = checked(AgentQuery, request.query_params)
        agents = visible_agents(self.actor)
        if "name" in asked:
            agents = agents.filter(name__icontains=asked["name"])
        page = page_of(agents, newest_first(), cursor=asked.get("cursor"), limit=asked["limit"])
        results = [shown_agent(figures) for figures in figures_of(page.rows)]
        return Response({"results": results, "next_cursor": page.next_cursor})


class AgentView(TenantView):
    needs = {"GET": Permission.AGENT_READ}

    @extend_schema(
        operation_id="agents_read",
        summary="Read an agent",
        tags=TAGS,
        responses={200: AgentAnswer, **problems(404)},
    )
    def get(self, request: Request, agent_id: str) -> Response:
        checked(NoQuery, request.query_params)
        agent = agent_for(self.actor, identifier(agent_id, noun="agent"))
        return Response(shown_agent(figures_of([agent])[0]))


class _StopView(TenantView):
    def _agent(self, agent_id: str) -> Agent:
        return agent_for(self.actor, identifier(agent_id, noun="agent"))

    def _freeze(self, request: Request, agent: Agent | None) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(FreezeBody, request.data)
        stops = Stops(asked["stops"])
        freeze_agent(actor=self.actor, agent=agent, comment=asked["reason"], stops=stops)
        return Answer(shown_freezes(list(standing_freezes(agent))))

    def _thaw(self, request: Request, agent: Agent | None) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(ThawBody, request.data)
        thaw_agent(actor=self.actor, agent=agent, comment=asked["reason"])
        return Answer(shown_freezes(list(standing_freezes(agent))))


class AgentFreezeView(_StopView):
    needs = {"POST": Permission.AGENT_FREEZE}

    @extend_schema(
        operation_id="agents_freeze",
        summary="Freeze an agent",
        description="From the answer on its requests are refused with 403 `agent_frozen`, and what"
        " it had not committed by then it never will. Several freezes add up.",
        tags=TAGS,
        request=FreezeBody,
        responses={200: FreezesAnswer, **REFUSED},
    )
    @once
    def post(self, request: Request, agent_id: str) -> Answer:
        return self._freeze(request, self._agent(agent_id))


class AgentThawView(_StopView):
    needs = {"POST": Permission.AGENT_MANAGE}

    @extend_schema(
        operation_id="agents_thaw",
        summary="Thaw an agent",
        description="Ends its own freezes. A freeze of all agents still stops it.",
        tags=TAGS,
        request=ThawBody,
        responses={200: FreezesAnswer, **REFUSED},
    )
    @once
    def post(self, request: Request, agent_id: str) -> Answer:
        return self._thaw(request, self._agent(agent_id))


class EveryAgentFreezeView(_StopView):
    needs = {"POST": Permission.AGENT_FREEZE}

    @extend_schema(
        operation_id="agents_freeze_all",
        summary="Freeze every agent",
        description="Those registered later too. People are not stopped.",
        tags=TAGS,
        request=FreezeBody,
        responses={200: FreezesAnswer, **REFUSED},
    )
    @once
    def post(self, request: Request) -> Answer:
        return self._freeze(request, None)


class EveryAgentThawView(_StopView):
    needs = {"POST": Permission.AGENT_MANAGE}

    @extend_schema(
        operation_id="agents_thaw_all",
        summary="Thaw every agent",
        description="Ends freezes of all agents. One that was frozen by itself stays frozen.",
        tags=TAGS,
        request=ThawBody,
        responses={200: FreezesAnswer, **REFUSED},
    )
    @once
    def post(self, request: Request) -> Answer:
        return self._thaw(request, None)

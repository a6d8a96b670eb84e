"""Webhooks over the API."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from console.accounts.models import Agent
from console.accounts.permissions import Permission
from console.api.idempotency import Answer, once
from console.api.schema import problems
from console.api.serializers import checked
from console.api.v1.base import TenantView, identifier
from console.api.v1.queries import NoQuery
from console.api.v1.webhook_shapes import (
    SecretBody,
    WebhookAnswer,
    WebhookBody,
    WebhookChange,
    WebhooksAnswer,
    WebhookWithSecret,
    shown_webhook,
)
from console.platform.errors import InvalidInputError
from console.webhooks.access import visible_webhooks, webhook_for
from console.webhooks.actions import (
    IssuedWebhook,
    create_webhook,
    delete_webhook,
    edit_webhook,
    pause_webhook,
    resume_webhook,
    rotate_webhook_secret,
)
from console.webhooks.actions.create import MOST_ENDPOINTS
from console.webhooks.kinds import EventKind
from console.webhooks.models import WebhookEndpoint

TAGS = ["webhooks"]
READ, MANAGE = Permission.SETTINGS_READ, Permission.SETTINGS_MANAGE


class SecretOnce(TenantView):
    """Tells the secret to whoever asked first: what is kept for a repetition holds none."""

    _secret: str | None = None

    def issued(self, issued: IssuedWebhook) -> Answer:
        self._secret = issued.secret
        return Answer(shown_webhook(issued.endpoint), 201)

    @override
    def respond(self, answer: Answer) -> Response:
        return super().respond(Answer({**answer.body, "secret": self._secret}, answer.status))


class WebhooksView(SecretOnce):
    needs = {"GET": READ, "POST": MANAGE}

    @extend_schema(
        operation_id="webhooks_list",
        summary="List webhooks",
        description=f"All of them: there are at most {MOST_ENDPOINTS}.",
        tags=TAGS,
        responses={200: WebhooksAnswer, **problems()},
    )
    def get(self, request: Request) -> Response:
        checked(NoQuery, request.query_params)
        endpoints = visible_webhooks(self.actor).order_by("id")[:MOST_ENDPOINTS]
        return Response({"results": [shown_webhook(one) for one in endpoints]})

    @extend_schema(
        operation_id="webhooks_create",
        summary="Add a webhook",
        description="It is sent what happens from now on, signed with the secret answered here.",
        tags=TAGS,
        request=WebhookBody,
        responses={201: WebhookWithSecret, **problems(400, 409, 413, 415)},
    )
    @once
    def post(self, request: Request) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(WebhookBody, request.data)
        issued = create_webhook(
            actor=self.actor,
            url=asked["url"],
            kinds=asked.get("kinds", [EventKind.REVIEW_DECIDED]),
            description=asked.get("description", ""),
            agent=_agent(asked),
        )
        return self.issued(issued)


class WebhookView(TenantView):
    needs = {"GET": READ, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(
        operation_id="webhooks_read",
        summary="Read a webhook",
        tags=TAGS,
        responses={200: WebhookAnswer, **problems(404)},
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        checked(NoQuery, request.query_params)
        return Response(shown_webhook(self._found(webhook_id)))

    @extend_schema(
        operation_id="webhooks_change",
        summary="Change a webhook, pause or resume it",
        tags=TAGS,
        request=WebhookChange,
        responses={200: WebhookAnswer, **problems(400, 404, 409, 413, 415)},
    )
    def patch(self, request: Request, webhook_id: str) -> Response:
        checked(NoQuery, request.query_params)
        asked = checked(WebhookChange, request.data)
        endpoint = self._found(webhook_id, need=MANAGE)
        if set(asked) - {"enabled"}:
            endpoint = edit_webhook(
                actor=self.actor,
                endpoint=endpoint,
                url=asked.get("url", endpoint.url),
                kinds=asked.get("kinds", endpoint.kinds),
                description=asked.get("description", endpoint.description),
                agent=_agent(asked) if "agent" in asked else endpoint.agent,
            )
        if "enabled" in asked:
            verb = resume_webhook if asked["enabled"] else pause_webhook
            endpoint = verb(actor=self.actor, endpoint=endpoint)
        return Response(shown_webhook(endpoint))

    @extend_schema(
        operation_id="webhooks_delete",
        summary="Delete a webhook",
        description="With its secret and its delivery log, for good.",
        tags=TAGS,
        responses={204: OpenApiResponse(description="It is gone."), **problems(404)},
    )
    def delete(self, request: Request, webhook_id: str) -> Response:
        checked(NoQuery, request.query_params)
        delete_webhook(actor=self.actor, endpoint=self._found(webhook_id, need=MANAGE))
        return Response(status=204)

    def _found(self, webhook_id: str, *, need: Permission = READ) -> WebhookEndpoint:
        return webhook_for(self.actor, identifier(webhook_id, noun="webhook"), need=need)


class WebhookSecretView(SecretOnce):
    needs = {"POST": MANAGE}

    @extend_schema(
        operation_id="webhooks_rotate_secret",
        summary="Make a new secret",
        description="Messages carry a signature by the old one as well, for `overlap` seconds.",
        tags=TAGS,
        request=SecretBody,
        responses={201: WebhookWithSecret, **problems(400, 404, 409, 413, 415)},
    )
    @once
    def post(self, request: Request, webhook_id: str) -> Answer:
        checked(NoQuery, request.query_params)
        asked = checked(SecretBody, request.data)
        found = webhook_for(self.actor, identifier(webhook_id, noun="webhook"), need=MANAGE)
        overlap = timedelta(seconds=asked["overlap"])
        return self.issued(rotate_webhook_secret(actor=self.actor, endpoint=found, overlap=overlap))


def _agent(asked: dict[str, Any]) -> Agent | None:
    """Raises InvalidInputError."""
    if asked.get("agent") is None:
        return None
    agent = Agent.objects.filter(id=asked["agent"]).first()
    if agent is None:
        raise InvalidInputError.on("agent", "unknown_agent", "There is no such agent here.")
    return agent

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind
from console.accounts.models import Agent
from console.accounts.permissions import Permission
from console.keys.secrets import wrap_secret
from console.platform.errors import InvalidInputError
from console.platform.message_signature import SECRET_BYTES, secret_text
from console.platform.outbound import RefusedUrlError, checked_url
from console.webhooks.kinds import CHOOSABLE
from console.webhooks.models import WebhookEndpoint, WebhookSecret

# Each is sent each event: more belong behind one that hands them on.
MOST_ENDPOINTS = 20


@dataclass(frozen=True, slots=True)
class IssuedWebhook:
    """An endpoint and its new secret, which is shown once."""

    endpoint: WebhookEndpoint
    secret: str = field(repr=False)

    audit_kind = "webhook"

    @property
    def id(self) -> UUID:
        return self.endpoint.id


@audited("webhook.created")
def create_webhook(
    *,
    actor: Actor,
    url: str,
    kinds: Collection[str],
    description: str = "",
    agent: Agent | None = None,
) -> IssuedWebhook:
    actor.require(Permission.SETTINGS_MANAGE)
    if WebhookEndpoint.objects.count() >= MOST_ENDPOINTS:
        raise InvalidInputError(f"There are {MOST_ENDPOINTS} webhooks already: delete one first.")
    endpoint = WebhookEndpoint.objects.create(
        url=fit_url(url),
        kinds=fit_kinds(kinds),
        description=description,
        agent_id=agent.id if agent else None,
        created_by_id=actor.id if actor.kind is ActorKind.USER else None,
    )
    note(kinds=endpoint.kinds, agent_id=str(agent.id) if agent else None)
    return issue_secret(endpoint)


def issue_secret(endpoint: WebhookEndpoint) -> IssuedWebhook:
    secret = os.urandom(SECRET_BYTES)
    row = WebhookSecret(endpoint_id=endpoint.id)
    wrap_secret(row, secret)
    row.save(force_insert=True)
    return IssuedWebhook(endpoint, secret_text(secret))


def fit_url(url: str) -> str:
    """Raises InvalidInputError."""
    try:
        checked_url(url)
    except RefusedUrlError as error:
        raise InvalidInputError.on("url", "bad_url", str(error)) from None
    return url


def fit_kinds(kinds: Collection[str]) -> list[str]:
    """In the order of the registry. Raises InvalidInputError."""
    if not kinds or not set(kinds) <= {str(kind) for kind in CHOOSABLE}:
        allowed = ", ".join(CHOOSABLE)
        raise InvalidInputError.on("kinds", "invalid_choice", f"Choose from: {allowed}.")
    return [str(kind) for kind in CHOOSABLE if kind in kinds]

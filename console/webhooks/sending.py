"""Sending what is due: claim in one transaction, post in none, note the answer in another.

A claim moves `next_attempt_at` past the time an attempt can take. Whoever dies in between leaves
a row that is due again, so each event arrives at least once; the message id tells repetitions.
"""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import orjson
from django.db.models import F, Max, Min

from console.accounts.actor import system_actor
from console.platform.clock import now
from console.platform.message_signature import signed_headers
from console.platform.outbound import Answer, OutboundError, post
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id, tenant_scope
from console.webhooks.actions.disable import disable_webhook
from console.webhooks.models import (
    DisabledWhy,
    OutgoingEvent,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from console.webhooks.models.attempt import MAX_EXCERPT
from console.webhooks.schedule import FAILING_FOR, next_pause
from console.webhooks.secrets import signing_secrets

SECONDS = 10.0
AT_ONCE = 8
# Of one endpoint at a time, so that a slow one does not make the others wait.
PER_ENDPOINT = 4
# Longer than a batch takes: twenty endpoints, four each, eight at once, ten seconds.
LEASE = timedelta(minutes=5)
GONE = 410
READ_BYTES = 4 * MAX_EXCERPT
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
BUSY = frozenset({429, 503})

CLAIM = """
SELECT d.id FROM webhooks_webhookendpoint e CROSS JOIN LATERAL (
  SELECT id FROM webhooks_webhookdelivery
  WHERE tenant_id = e.tenant_id AND endpoint_id = e.id AND next_attempt_at <= %s
  ORDER BY next_attempt_at LIMIT %s FOR UPDATE SKIP LOCKED
) d
WHERE e.tenant_id = %s AND e.disabled_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivery, sealed and addressed: all that posting needs, and nothing of the database."""

    delivery_id: UUID
    endpoint_id: UUID
    attempts: int
    url: str
    message_id: str
    body: bytes
    secrets: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    letter: Letter
    at: datetime
    milliseconds: int
    answer: Answer | None = None
    error: str = ""

    @property
    def succeeded(self) -> bool:
        return self.answer is not None and 200 <= self.answer.status < 300  # noqa: PLR2004

    @property
    def status(self) -> int | None:
        return self.answer.status if self.answer else None

    @property
    def retry_after(self) -> timedelta | None:
        if self.answer is None or self.answer.status not in BUSY:
            return None
        text = self.answer.headers.get("retry-after", "")
        return timedelta(seconds=int(text)) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None

    @property
    def excerpt(self) -> str:
        text = self.answer.body.decode(errors="replace") if self.answer else ""
        return CONTROLS.sub("\ufffd", text)[:MAX_EXCERPT]


def deliver_due(tenant_id: UUID) -> list[Result]:
    """One round over all endpoints; nothing once nothing is due."""
    with tenant_scope(tenant_id):
        letters = claim_due(at=now())
    if not letters:
        return []
    with ThreadPoolExecutor(min(AT_ONCE, len(letters))) as pool:
        results = list(pool.map(send, letters))
    for result in results:
        with tenant_scope(tenant_id):
            record(tenant_id, result)
    return results


def claim_due(*, at: datetime) -> list[Letter]:
    """What is ours to send until the lease ends."""
    ids = [row[0] for row in fetch(CLAIM, [at, PER_ENDPOINT, current_tenant_id()])]
    claimed = WebhookDelivery.objects.filter(id__in=ids)
    claimed.update(next_attempt_at=at + LEASE, attempts=F("attempts") + 1)
    deliveries = list(claimed.select_related("endpoint", "event"))
    secrets = signing_secrets({one.endpoint_id for one in deliveries}, at=at)
    return [
        Letter(
            delivery_id=one.id,
            endpoint_id=one.endpoint_id,
            attempts=one.attempts,
            url=one.endpoint.url,
            message_id=one.event.message_id,
            body=message(one.event),
            secrets=tuple(secrets[one.endpoint_id]),
        )
        for one in deliveries
    ]


def message(event: OutgoingEvent) -> bytes:
    """The body, the same bytes at each attempt."""
    return orjson.dumps({"type": event.kind, "timestamp": event.at, "data": event.data})


def send(letter: Letter) -> Result:
    """Asks the database nothing: it runs in a thread of its own."""
    moment, started = now(), monotonic()
    signed = signed_headers(
        letter.secrets,
        message_id=letter.message_id,
        timestamp=int(moment.timestamp()),
        body=letter.body,
    )
    headers = {
        **signed,
        "content-type": "application/json",
        "content-length": str(len(letter.body)),
        "user-agent": "Mnemoscope-Webhooks/1",
    }
    answer, error = None, ""
    try:
        answer = post(
            letter.url, body=letter.body, headers=headers, seconds=SECONDS, cut=READ_BYTES
        )
    except OutboundError as failure:
        error = failure.code
    return Result(letter, moment, int((monotonic() - started) * 1000), answer, error)


def record(tenant_id: UUID, result: Result) -> None:
    """What came of it, when to try again, and whether to try this endpoint at all."""
    letter = result.letter
    # One that was deleted while it was being sent has nowhere to be noted.
    row = WebhookDelivery.objects.select_for_update(of=("self",)).filter(id=letter.delivery_id)
    delivery = row.first()
    if delivery is None:
        return
    WebhookAttempt.objects.create(
        delivery_id=delivery.id,
        at=result.at,
        milliseconds=result.milliseconds,
        status=result.status,
        error=result.error,
        excerpt=result.excerpt,
        succeeded=result.succeeded,
    )
    pause = None
    if not result.succeeded:
        pause = next_pause(letter.attempts, asked=result.retry_after)
    delivery.next_attempt_at = now() + pause if pause else None
    delivery.delivered_at = now() if result.succeeded else None
    delivery.last_status = result.status
    delivery.last_error = result.error
    delivery.save(update_fields=["next_attempt_at", "delivered_at", "last_status", "last_error"])
    why = _why_disable(result)
    endpoint = WebhookEndpoint.objects.filter(id=letter.endpoint_id).first()
    if why and endpoint is not None and endpoint.is_enabled:
        disable_webhook(actor=system_actor(tenant_id, "webhooks"), endpoint=endpoint, why=why)


def _why_disable(result: Result) -> DisabledWhy | None:
    if result.succeeded:
        return None
    if result.status == GONE:
        return DisabledWhy.GONE
    tries = WebhookAttempt.objects.filter(delivery__endpoint_id=result.letter.endpoint_id)
    arrived = tries.filter(succeeded=True).aggregate(last=Max("at"))["last"]
    failed = tries.filter(at__gt=arrived) if arrived else tries
    since = failed.aggregate(first=Min("at"))["first"]
    return DisabledWhy.FAILING if since and now() - since >= FAILING_FOR else None


def is_retried_soon(results: Sequence[Result]) -> bool:
    """Whether something is to be tried again before the next sweep."""
    return any(not one.succeeded and one.letter.attempts == 1 for one in results)

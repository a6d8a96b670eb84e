"""Verifying a webhook, after Standard Webhooks 1.0 (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject
from mnemoscope_client.errors import MnemoscopeError, UnexpectedAnswerError

PREFIX = "whsec_"


class WebhookVerificationError(MnemoscopeError):
    """The message is not, or not surely, from Mnemoscope: answer 400 and do nothing."""


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """A message that is surely ours. One that was sent again has the `id` that it had before."""

    id: str
    type: str
    data: JsonObject


def verify_webhook(
    headers: Mapping[str, str], body: bytes | str, secret: str, tolerance: float = 300
) -> WebhookMessage:
    """`body` as it came, not parsed and written anew. Raises WebhookVerificationError.

    A message older or newer than `tolerance` seconds is refused: somebody may have kept it.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp, signatures = (
        sent.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    if not (message_id and timestamp and signatures):
        raise WebhookVerificationError("A webhook- header is missing.")
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise WebhookVerificationError("The webhook-timestamp is no number.")
    if abs(time.time() - int(timestamp)) > tolerance:
        raise WebhookVerificationError("The message is too old, or a clock is wrong.")
    raw = body.encode() if isinstance(body, str) else body
    signed = f"{message_id}.{timestamp}.".encode() + raw
    expected = base64.b64encode(hmac.digest(_key(secret), signed, sha256))
    if not any(_matches(signature, expected) for signature in signatures.split(" ")):
        raise WebhookVerificationError("No signature is made with this secret.")
    return _message(message_id, raw)


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise WebhookVerificationError(f"The secret is none: it begins with {PREFIX}.") from None


def _matches(signature: str, expected: bytes) -> bool:
    version, _, value = signature.partition(",")
    return version == "v1" and hmac.compare_digest(value.encode(), expected)


def _message(message_id: str, raw: bytes) -> WebhookMessage:
    try:
        said = decode.an_object(json.loads(raw))
        return WebhookMessage(message_id, decode.text(said, "type"), decode.mapping(said, "data"))
    except (ValueError, UnexpectedAnswerError):
        raise WebhookVerificationError("The body is none of ours.") from None

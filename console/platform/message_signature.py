"""Signing a message after Standard Webhooks 1.0 (https://www.standardwebhooks.com, symmetric).

`v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`; one for each secret that counts,
parted by spaces. A secret is written `whsec_` and the base64 of its bytes.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256

PREFIX = "whsec_"
SECRET_BYTES = 32


def secret_text(secret: bytes) -> str:
    return PREFIX + b64encode(secret).decode()


def signature(secret: bytes, *, message_id: str, timestamp: int, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(secret, signed, sha256)).decode()


def signed_headers(
    secrets: Sequence[bytes], *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_each(secrets, message_id, timestamp, body)),
    }


def _each(secrets: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> Iterable[str]:
    for secret in secrets:
        yield signature(secret, message_id=message_id, timestamp=timestamp, body=body)

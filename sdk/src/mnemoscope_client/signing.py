"""Signing what an agent writes: HMAC-SHA-256 over canonical JSON (docs/api.md, "Signing")."""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import rfc8785

from mnemoscope_client.errors import ConfigurationError

SIGNING_KEY_VARIABLE = "MNEMOSCOPE_SIGNING_KEY"
ALGORITHM = "hmac-sha256"
PREFIX = b"mnemoscope-signature-1\n"
NONCE_BYTES = 18

_KEY = re.compile(r"(msk_[0-9A-Za-z]{22}_[0-9A-Za-z]{8})[0-9A-Za-z]{38}")


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a body is signed for. `each` names the member whose items are signed one by one."""

    operation: str
    memory_id: str | None = None
    expected_version: int | None = None
    each: str | None = None


class SigningKey:
    """A key that cannot be printed, logged or formatted by accident."""

    __slots__ = ("_secret", "key_id")

    def __init__(self, text: str) -> None:
        match = _KEY.fullmatch(text.strip())
        if match is None:
            raise ConfigurationError(
                f"The signing key is none: pass signing_key or set {SIGNING_KEY_VARIABLE} to msk_…"
            )
        self.key_id = match[1]
        self._secret = match[0].encode()

    def __repr__(self) -> str:
        return f"SigningKey({self.key_id}…)"

    def signed(self, body: Mapping[str, Any], purpose: Purpose) -> dict[str, Any]:
        """The body with its signature, made now, for this one sending.

        Raises ValueError for a number that JSON readers round: send it as a string.
        """
        if purpose.each is not None:
            each = replace(purpose, each=None)
            items = [self.signed(item, each) for item in body[purpose.each]]
            return {**body, purpose.each: items}
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        return self.signed_as(body, purpose, timestamp=int(time.time()), nonce=nonce)

    def signed_as(
        self, body: Mapping[str, Any], purpose: Purpose, *, timestamp: int, nonce: str
    ) -> dict[str, Any]:
        signature: dict[str, Any] = {
            "algorithm": ALGORITHM,
            "key_id": self.key_id,
            "timestamp": timestamp,
            "nonce": nonce,
        }
        statement = PREFIX + rfc8785.dumps(
            {
                **signature,
                "body": dict(body),
                "expected_version": purpose.expected_version,
                "memory_id": purpose.memory_id,
                "operation": purpose.operation,
            }
        )
        value = hmac.new(self._secret, statement, sha256).hexdigest()
        return {**body, "signature": {**signature, "value": value}}

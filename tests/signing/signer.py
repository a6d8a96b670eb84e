"""Signs as docs/api.md says, by other code than the product's."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from console.accounts.actor import system_actor
from console.administration import IssuedSigningKey, issue_signing_key
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from tests.cast import Machine

KEY_ID_CHARACTERS = 35


@dataclass(frozen=True, slots=True)
class Signer:
    text: str = field(repr=False)

    @property
    def key_id(self) -> str:
        return self.text[:KEY_ID_CHARACTERS]

    def signed(
        self,
        body: dict[str, Any],
        *,
        operation: str = "write",
        memory_id: str | None = None,
        expected_version: int | None = None,
        **instead: Any,
    ) -> dict[str, Any]:
        """`body` with its signature; `instead` are members of it to set otherwise, then signed."""
        signature = {
            "algorithm": "hmac-sha256",
            "key_id": self.key_id,
            "timestamp": int(now().timestamp()),
            "nonce": secrets.token_urlsafe(16),
        } | instead
        said = signature | {
            "body": body,
            "expected_version": expected_version,
            "memory_id": memory_id,
            "operation": operation,
        }
        # For texts and whole numbers this is RFC 8785; the vectors pin the rest.
        canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        signed = b"mnemoscope-signature-1\n" + canonical.encode()
        value = hmac.new(self.text.encode(), signed, hashlib.sha256).hexdigest()
        return body | {"signature": signature | {"value": value}}

    def signed_change(self, memory_id: object, body: dict[str, Any], version: int = 1) -> Any:
        return self.signed(
            body, operation="change", memory_id=str(memory_id), expected_version=version
        )


def a_signing_key(machine: Machine, **options: Any) -> IssuedSigningKey:
    with tenant_scope(machine.actor.tenant_id):
        system = system_actor(machine.actor.tenant_id, "cast")
        return issue_signing_key(actor=system, agent=machine.agent, **options)


def a_signer(machine: Machine, **options: Any) -> Signer:
    return Signer(a_signing_key(machine, **options).text)

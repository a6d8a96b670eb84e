"""The row-security context: a token that a database session shows and cannot make.

The policy of every tenant table asks `mnemoscope_context(kind)` for the tenant. A bare setting
would fall to one injected `set_config`, so the setting carries a MAC (HMAC-SHA-256, RFC 2104)
that only this process and a function of the owner role can compute. It names the backend that
may show it, so a token read from another session is worth nothing.
"""

import hmac
import time
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

# Long enough for a slow report, short enough that a token found in a core dump has died.
LIFETIME_SECONDS = 900
BLOCK_BYTES = 64


class ContextKind(StrEnum):
    TENANT = "t"
    PERSON = "u"  # a signed-in person who has not chosen a tenant yet sees their memberships
    SYSTEM = "s"  # a sweep lists the tenants, and nothing else, before it enters each


def sign_context(
    *, key: bytes, kind: ContextKind, identifier: UUID, backend_pid: int, at: float | None = None
) -> str:
    """`kind:uuid:expiry:pid:mac`, expiry in Unix seconds, mac as 64 hexadecimal digits."""
    expiry = int(at if at is not None else time.time()) + LIFETIME_SECONDS
    message = f"{kind}:{identifier}:{expiry}:{backend_pid}"
    return f"{message}:{hmac.new(key, message.encode(), sha256).hexdigest()}"


def hmac_pads(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer pads of HMAC, which the database keeps instead of the key itself.

    PostgreSQL has `sha256()` in core and no HMAC: `sha256(outer || sha256(inner || message))`.
    """
    if len(key) > BLOCK_BYTES:
        raise ValueError("The context key is at most 64 bytes.")
    block = key.ljust(BLOCK_BYTES, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)

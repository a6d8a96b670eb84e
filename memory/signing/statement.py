"""What a signature says, and the bytes that are signed (docs/api.md, "Signing")."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

import rfc8785

from console.accounts.key_text import SIGNING_SCHEME, parse_key_id
from console.platform.errors import FieldProblem
from memory.signing.errors import SignatureDowngradedError, SignatureMalformedError

ALGORITHM = "hmac-sha256"
# Another protocol, or another version of this one, must not give the same bytes a meaning.
PREFIX = b"mnemoscope-signature-1\n"
MEMBERS = ("algorithm", "key_id", "timestamp", "nonce", "value")
# 16 to 64 random bytes as base64url (RFC 4648 §5), unpadded.
NONCE = re.compile(r"[0-9A-Za-z_-]{22,86}")
VALUE = re.compile(r"[0-9a-f]{64}")
# The last second that a datetime can hold, in the year 9999.
MAX_TIMESTAMP = 253_402_300_799


class Operation(StrEnum):
    WRITE = "write"
    CHANGE = "change"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Signature:
    """`key_id` as sent, with the tenant and the prefix it names. `timestamp` in Unix seconds."""

    key_id: str
    tenant_id: UUID
    prefix: str
    timestamp: int
    nonce: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A body as it was sent, without its signature, and the signature."""

    body: Mapping[str, Any]
    signature: Signature


@dataclass(frozen=True, slots=True)
class Target:
    """What a body is signed for: a change is bound to one memory, at the version that was read."""

    operation: Operation
    memory_id: UUID | None = None
    expected_version: int | None = None


def parse_signature(sent: object) -> Signature:
    """Raises SignatureMalformedError, or SignatureDowngradedError for another algorithm."""
    if not isinstance(sent, dict):
        raise _malformed("signature", f"Send an object with {', '.join(MEMBERS)}.")
    if odd := set(sent).symmetric_difference(MEMBERS):
        raise _malformed("signature", f"Send just these members: {', '.join(MEMBERS)}.", odd=odd)
    if sent["algorithm"] != ALGORITHM:
        raise SignatureDowngradedError(f"Sign with {ALGORITHM}; nothing else counts.")
    named = parse_key_id(sent["key_id"], SIGNING_SCHEME) if _is_text(sent["key_id"]) else None
    if named is None:
        raise _malformed("signature.key_id", "Send the key id: the first 35 characters of the key.")
    timestamp = sent["timestamp"]
    if type(timestamp) is not int or not 0 <= timestamp <= MAX_TIMESTAMP:
        raise _malformed("signature.timestamp", "Send whole seconds since 1970, as a number.")
    if not _is_text(sent["nonce"]) or not NONCE.fullmatch(sent["nonce"]):
        raise _malformed("signature.nonce", "Send 16 to 64 random bytes as base64url, unpadded.")
    if not _is_text(sent["value"]) or not VALUE.fullmatch(sent["value"]):
        raise _malformed("signature.value", "Send the HMAC as 64 hexadecimal digits, lower case.")
    return Signature(sent["key_id"], *named, timestamp, sent["nonce"], bytes.fromhex(sent["value"]))


def statement(signed: Signed, target: Target) -> bytes:
    """The bytes that are signed: a line that names the protocol, and canonical JSON (RFC 8785).

    The key id names the tenant. Raises SignatureMalformedError for what has no canonical form.
    """
    said = {
        "algorithm": ALGORITHM,
        "body": signed.body,
        "expected_version": target.expected_version,
        "key_id": signed.signature.key_id,
        "memory_id": None if target.memory_id is None else str(target.memory_id),
        "nonce": signed.signature.nonce,
        "operation": str(target.operation),
        "timestamp": signed.signature.timestamp,
    }
    try:
        return PREFIX + rfc8785.dumps(said)
    except rfc8785.CanonicalizationError as error:
        raise _malformed("body", "A whole number beyond 2^53 - 1 cannot be signed.") from error


def authentic(secret: bytes, signed: bytes, value: bytes) -> bool:
    """Whether `value` is HMAC-SHA-256 (RFC 2104) of `signed`, compared in constant time."""
    return hmac.compare_digest(hmac.digest(secret, signed, sha256), value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _malformed(field: str, detail: str, *, odd: set[str] | None = None) -> SignatureMalformedError:
    missing = f"{field}.{min(odd)[:60]}" if odd else field
    return SignatureMalformedError(detail, problems=[FieldProblem(missing, "wrong_form", detail)])

"""A grant as it was seen, in few bytes: what changes while somebody looks is not attested."""

from hashlib import sha256
from typing import Any

import rfc8785


def digest_of(seen: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON (RFC 8785), in hexadecimal."""
    return sha256(rfc8785.dumps(seen)).hexdigest()

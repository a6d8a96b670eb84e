"""Sealing bytes under a key: AES-256-GCM (NIST SP 800-38D), bound to what they belong to.

Layout: scheme (1 byte, 0x01), nonce (12 bytes, random), ciphertext and tag (16 bytes more than the
plaintext). The associated data names the row, so sealed bytes moved to another row do not open.
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from console.platform.errors import DomainError

KEY_BYTES = 32
NONCE_BYTES = 12
SCHEME = b"\x01"


class SealBrokenError(DomainError):
    """The bytes do not open: another key, another row, or somebody changed them."""

    code = "seal_broken"
    title = "What is stored does not open: somebody changed it, or its key"
    http_status = 500


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plaintext: bytes, associated: bytes, *, nonce: bytes | None = None) -> bytes:
    """`nonce` is for frozen vectors only: used twice under one key it gives the key away."""
    nonce = nonce or os.urandom(NONCE_BYTES)
    return SCHEME + nonce + _cipher(key).encrypt(nonce, plaintext, SCHEME + associated)


def unseal(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Raises SealBrokenError."""
    if sealed[:1] != SCHEME:
        raise SealBrokenError("Unknown sealing scheme.")
    nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return _cipher(key).decrypt(nonce, ciphertext, SCHEME + associated)
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError from error


# Setting a cipher up costs several times what sealing one memory costs.
@lru_cache(maxsize=4096)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)

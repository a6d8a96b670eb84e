"""Secrets of second factors at rest: sealed under a key derived (HKDF, RFC 5869) from SECRET_KEY.

They belong to people and not to tenants, so no tenant's key can wrap them. A secret key that was
replaced still opens what it sealed while it stands in `SECRET_KEY_FALLBACKS`.
"""

from base64 import b64decode, b64encode
from functools import cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from console.platform.crypto.envelope import KEY_BYTES, SealBrokenError, seal, unseal

ASSOCIATED = b"second factor"


def seal_secret(text: str) -> str:
    return b64encode(seal(_key(settings.SECRET_KEY), text.encode(), ASSOCIATED)).decode()


def open_secret(sealed: str) -> str:
    """Raises SealBrokenError."""
    for secret_key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return unseal(_key(secret_key), b64decode(sealed), ASSOCIATED).decode()
        except SealBrokenError:
            continue
    raise SealBrokenError(
        "MNEMOSCOPE_SECRET_KEY was replaced: put the old one into MNEMOSCOPE_OLD_SECRET_KEY."
    )


@cache
def _key(secret_key: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"mnemoscope second factor").derive(
        secret_key.encode()
    )

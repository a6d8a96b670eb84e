"""A key management service that keeps the root key: HashiCorp Vault's Transit engine, or OpenBao's.

https://developer.hashicorp.com/vault/api-docs/secret/transit: the service wraps and unwraps, and
the key never leaves it. What is sent are tenants' keys: neither they nor the token are ever
logged or repeated in an error.
"""

import base64
import re
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from django.core.exceptions import ImproperlyConfigured

from console.platform import env
from console.platform.crypto.envelope import SealBrokenError
from console.platform.errors import UnavailableError

# A root key is named in 40 characters.
KEY_NAME = re.compile(r"[A-Za-z0-9_-]{1,36}")
BY_SERVICE = "kms:"
# A request waits for it, inside its transaction; afterwards the process knows the tenant's key.
TIMEOUT = httpx.Timeout(3.0, connect=1.0)


class KeysUnavailableError(UnavailableError):
    code = "keys_unavailable"
    title = "The key management service cannot answer right now"


@dataclass(frozen=True, slots=True)
class KeyService:
    """`key` wraps from now on; without one the service only unwraps what it wrapped before."""

    url: str
    key: str
    token: str = field(repr=False)


def key_service() -> KeyService | None:
    """From MNEMOSCOPE_KMS_URL, _KEY and the secret _TOKEN. Raises ImproperlyConfigured."""
    url, key = env.text("KMS_URL", ""), env.text("KMS_KEY", "")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ImproperlyConfigured(f"{env.PREFIX}KMS_URL is no http:// or https:// address.")
    if parts.username or parts.password:
        raise ImproperlyConfigured(f"{env.PREFIX}KMS_URL holds a secret: see KMS_TOKEN.")
    if key and not KEY_NAME.fullmatch(key):
        raise ImproperlyConfigured(
            f"{env.PREFIX}KMS_KEY: write at most 36 letters, digits, '_' and '-'."
        )
    return KeyService(url.rstrip("/"), key, env.secret("KMS_TOKEN"))


class TransitKeys:
    """The service's keys, by the names that `DataKey.wrapped_by` has: `kms:` and the key's name."""

    def __init__(self, service: KeyService) -> None:
        self.current = f"{BY_SERVICE}{service.key}" if service.key else ""
        self._url = service.url
        # No redirect, no proxy and no .netrc: keys go to the address the operator named. The
        # system's certificates (SSL_CERT_FILE) count, for such services have private ones.
        self._client = httpx.Client(
            headers={"X-Vault-Token": service.token},
            follow_redirects=False,
            trust_env=False,
            verify=ssl.create_default_context(),
            timeout=TIMEOUT,
        )

    def wrap(self, secret: bytes, associated: bytes) -> bytes:
        sent = {"plaintext": _base64(secret), "associated_data": _base64(associated)}
        return self._ask("encrypt", self.current, sent, "ciphertext").encode()

    def unwrap(self, wrapped: bytes, associated: bytes, *, root: str) -> bytes:
        """Raises SealBrokenError and KeysUnavailableError."""
        sent = {"ciphertext": wrapped.decode(), "associated_data": _base64(associated)}
        return base64.b64decode(self._ask("decrypt", root, sent, "plaintext"))

    def _ask(self, what: str, root: str, sent: dict[str, str], wanted: str) -> str:
        url = f"{self._url}/{what}/{root.removeprefix(BY_SERVICE)}"
        try:
            response = self._client.post(url, json=sent)
        except httpx.TransportError as error:
            # Its text may name the request; its kind does not.
            why = type(error).__name__
            raise KeysUnavailableError(
                f"The key management service does not answer: {why}."
            ) from None
        if what == "decrypt" and response.status_code == httpx.codes.BAD_REQUEST:
            raise SealBrokenError(
                f"The root key '{root}' does not open what it should have wrapped."
            )
        try:
            response.raise_for_status()
            answer: str = response.json()["data"][wanted]
        except (httpx.HTTPStatusError, ValueError, KeyError, TypeError):
            status = response.status_code
            raise KeysUnavailableError(
                f"The key management service answered with status {status}."
            ) from None
        return answer


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()

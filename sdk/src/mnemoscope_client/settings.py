"""Where the server is and who is asking, checked once, before the first call."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass

import httpx

from mnemoscope_client.errors import ConfigurationError
from mnemoscope_client.signing import SIGNING_KEY_VARIABLE, SigningKey

URL_VARIABLE = "MNEMOSCOPE_URL"
KEY_VARIABLE = "MNEMOSCOPE_API_KEY"
API_PATH = "/api/v1"


class ApiKey:
    """A key that cannot be printed, logged or formatted by accident."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        # A file read whole ends in a newline; inside, whitespace would forge a header.
        stripped = text.strip()
        if not stripped:
            raise ConfigurationError(f"The API key is empty: pass api_key or set {KEY_VARIABLE}.")
        if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
            raise ConfigurationError("The API key holds characters that no key has.")
        self._text = stripped

    def __repr__(self) -> str:
        return "ApiKey(…)"

    def bearer(self) -> str:
        return f"Bearer {self._text}"


@dataclass(frozen=True, slots=True)
class Settings:
    base: httpx.URL
    key: ApiKey
    signing_key: SigningKey | None = None

    @classmethod
    def read(cls, url: str | None, api_key: str | None, signing_key: str | None = None) -> Settings:
        """Arguments first, then the environment. Raises ConfigurationError."""
        url = url or os.environ.get(URL_VARIABLE, "")
        if not url:
            raise ConfigurationError(f"No address: pass url or set {URL_VARIABLE}.")
        signing_key = signing_key or os.environ.get(SIGNING_KEY_VARIABLE)
        return cls(
            base=_parse(url),
            key=ApiKey(api_key or os.environ.get(KEY_VARIABLE, "")),
            signing_key=SigningKey(signing_key) if signing_key else None,
        )

    @property
    def port(self) -> int:
        return self.base.port or (443 if self.base.scheme == "https" else 80)

    @property
    def is_loopback(self) -> bool:
        """A proxy named by the environment could not reach this machine's own loopback."""
        if self.base.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.base.host).is_loopback
        except ValueError:
            return False


def _parse(url: str) -> httpx.URL:
    try:
        base = httpx.URL(url)
    except httpx.InvalidURL as exc:
        raise ConfigurationError("The address is not a URL.") from exc
    if base.scheme not in {"http", "https"}:
        raise ConfigurationError("The address must begin with http:// or https://.")
    if not base.host:
        raise ConfigurationError("The address names no host.")
    if base.userinfo or base.query or base.fragment:
        raise ConfigurationError("The address may hold a host, a port and a path, nothing else.")
    path = base.path.rstrip("/").removesuffix(API_PATH)
    return base.copy_with(path=f"{path}{API_PATH}/")

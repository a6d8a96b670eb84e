"""The root of every other key: it wraps the tenants' keys and never touches the database.

`RootKeys` is one protocol with two behind it: `LocalRootKeys` holds the keys themselves, from the
environment or a file; `TransitKeys` asks a key management service, which keeps them. One key
wraps, and all that are known still unwrap, so that a new one is named, `manage.py rotate_keys
--level root` run, and the old one removed.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Protocol

from django.conf import settings

from console.platform import env
from console.platform.crypto.envelope import KEY_BYTES, SealBrokenError, seal, unseal
from console.platform.crypto.key_service import BY_SERVICE, KeyService, TransitKeys

NAMED_KEY = re.compile(r"([a-z0-9][a-z0-9_-]{0,39}):([0-9a-fA-F]{64})")


class RootKeys(Protocol):
    """`current` names the key that wraps now."""

    current: str

    def wrap(self, secret: bytes, associated: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes, associated: bytes, *, root: str) -> bytes:
        """Raises SealBrokenError where the root key `root` is unknown or is not the one."""
        ...


class LocalRootKeys:
    """Root keys at hand, by name."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)
        self.current = next(iter(self._keys), "")

    def wrap(self, secret: bytes, associated: bytes) -> bytes:
        return seal(self._keys[self.current], secret, associated)

    def unwrap(self, wrapped: bytes, associated: bytes, *, root: str) -> bytes:
        if root not in self._keys:
            raise SealBrokenError(
                f"The root key '{root}' is not in MNEMOSCOPE_ROOT_KEYS: put it back behind the"
                " current one, and run `manage.py rotate_keys --level root`."
            )
        return unseal(self._keys[root], wrapped, associated)


def parse_root_keys(text: str) -> dict[str, bytes]:
    """`name:64 hexadecimal digits`, separated by commas, the current one first.

    Raises ValueError, which never repeats the text.
    """
    keys: dict[str, bytes] = {}
    for part in text.split(","):
        named = NAMED_KEY.fullmatch(part.strip())
        if named is None or named[1] in keys:
            raise ValueError(
                f"Write root keys as name:{KEY_BYTES * 2} hexadecimal digits, each name once,"
                " separated by commas, the current one first."
            )
        keys[named[1]] = bytes.fromhex(named[2])
    return keys


class RootKeyRing:
    """A key management service beside keys at hand; the service's wraps, where it has one."""

    def __init__(self, service: TransitKeys, local: LocalRootKeys) -> None:
        self._service, self._local = service, local
        self._wrapping: RootKeys = service if service.current else local
        self.current = self._wrapping.current

    def wrap(self, secret: bytes, associated: bytes) -> bytes:
        return self._wrapping.wrap(secret, associated)

    def unwrap(self, wrapped: bytes, associated: bytes, *, root: str) -> bytes:
        keys: RootKeys = self._service if root.startswith(BY_SERVICE) else self._local
        return keys.unwrap(wrapped, associated, root=root)


@cache
def root_keys() -> RootKeys:
    local = LocalRootKeys(settings.ROOT_KEYS)
    if settings.KEY_SERVICE is None:
        return local
    return RootKeyRing(TransitKeys(settings.KEY_SERVICE), local)


def root_keys_given(service: KeyService | None) -> dict[str, bytes]:
    """MNEMOSCOPE_ROOT_KEYS; none are needed beside a service that wraps."""
    if service is not None and service.key and env.secret("ROOT_KEYS", None) is None:
        return {}
    return env.parsed_secret("ROOT_KEYS", parse_root_keys)

"""The root of every other key: it wraps the tenants' keys and never touches the database.

`RootKeys` is the protocol a key management service implements; `LocalRootKeys` holds the keys
themselves, from the environment or a file. The first key named wraps; the others still unwrap, so
that a new one is put in front, `manage.py rotate_keys --level root` run, and the old one removed.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Protocol

from django.conf import settings

from console.platform.crypto.envelope import KEY_BYTES, SealBrokenError, seal, unseal

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
        self.current = next(iter(self._keys))

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


@cache
def root_keys() -> RootKeys:
    return LocalRootKeys(settings.ROOT_KEYS)

"""How an API key is written: `mns_<tenant>_<prefix><secret><checksum>`, base 62.

The tenant stands in the key so that a key is looked up inside its own tenant's scope and no code
ever searches across tenants. The checksum (CRC-32) lets a typo be refused without a query and a
leaked key be told from noise by a secret scanner; it is no protection by itself.
"""

import hmac
import secrets
import string
import zlib
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
TENANT_DIGITS = 22  # base-62 digits of 128 bits
PREFIX_DIGITS = 8
SECRET_DIGITS = 32  # 190 bits: a fast hash is enough
CHECK_DIGITS = 6
SCHEME = "mns"


@dataclass(frozen=True, slots=True)
class KeyText:
    tenant_id: UUID
    prefix: str
    secret: str = field(repr=False)

    @property
    def digest(self) -> bytes:
        return sha256(self.secret.encode()).digest()

    def matches(self, digest: bytes) -> bool:
        return hmac.compare_digest(self.digest, digest)

    def reveal(self) -> str:
        """The whole key. Show it once and forget it."""
        body = f"{SCHEME}_{_encode(self.tenant_id.int, TENANT_DIGITS)}_{self.prefix}{self.secret}"
        return body + _checksum(body)


def new_key(tenant_id: UUID) -> KeyText:
    return KeyText(tenant_id, _random(PREFIX_DIGITS), _random(SECRET_DIGITS))


def parse_key(text: str) -> KeyText | None:
    """The parts of a well-formed key; None for anything else."""
    scheme, _, rest = text.partition("_")
    tenant, _, tail = rest.partition("_")
    lengths = (TENANT_DIGITS, PREFIX_DIGITS + SECRET_DIGITS + CHECK_DIGITS)
    if scheme != SCHEME or (len(tenant), len(tail)) != lengths:
        return None
    if not set(tenant + tail) <= set(ALPHABET):
        return None
    if _checksum(text[:-CHECK_DIGITS]) != text[-CHECK_DIGITS:]:
        return None
    number = _decode(tenant)
    if number.bit_length() > 128:  # noqa: PLR2004
        return None
    prefix, secret = tail[:PREFIX_DIGITS], tail[PREFIX_DIGITS:-CHECK_DIGITS]
    return KeyText(UUID(int=number), prefix, secret)


def _random(digits: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(digits))


def _checksum(body: str) -> str:
    return _encode(zlib.crc32(body.encode()), CHECK_DIGITS)


def _encode(number: int, digits: int) -> str:
    out = []
    for _ in range(digits):
        number, digit = divmod(number, len(ALPHABET))
        out.append(ALPHABET[digit])
    return "".join(reversed(out))


def _decode(text: str) -> int:
    number = 0
    for character in text:
        number = number * len(ALPHABET) + ALPHABET.index(character)
    return number

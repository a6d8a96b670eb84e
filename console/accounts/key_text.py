"""How a key is written: `mns_<tenant>_<prefix><secret><checksum>`, base 62; to sign with, `msk_…`.

The link of an invitation ends with one that begins with `mni_`, that of a copy with `mnc_`.

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
SIGNING_SCHEME = "msk"
INVITATION_SCHEME = "mni"
HANDOVER_SCHEME = "mnc"


@dataclass(frozen=True, slots=True)
class KeyText:
    tenant_id: UUID
    prefix: str
    secret: str = field(repr=False)
    scheme: str = SCHEME

    @property
    def digest(self) -> bytes:
        return sha256(self.secret.encode()).digest()

    def matches(self, digest: bytes) -> bool:
        return hmac.compare_digest(self.digest, digest)

    def reveal(self) -> str:
        """The whole key. Show it once and forget it."""
        body = key_id(self.scheme, self.tenant_id, self.prefix) + self.secret
        return body + _checksum(body)


def new_key(tenant_id: UUID, scheme: str = SCHEME) -> KeyText:
    return KeyText(tenant_id, _random(PREFIX_DIGITS), _random(SECRET_DIGITS), scheme)


def parse_key(text: str, scheme: str = SCHEME) -> KeyText | None:
    """The parts of a well-formed key of this scheme; None for anything else."""
    tail = len(scheme) + TENANT_DIGITS + PREFIX_DIGITS + 2
    named = parse_key_id(text[:tail], scheme)
    if named is None or len(text) != tail + SECRET_DIGITS + CHECK_DIGITS:
        return None
    if not set(text[tail:]) <= set(ALPHABET):
        return None
    if _checksum(text[:-CHECK_DIGITS]) != text[-CHECK_DIGITS:]:
        return None
    tenant_id, prefix = named
    return KeyText(tenant_id, prefix, text[tail:-CHECK_DIGITS], scheme)


def key_id(scheme: str, tenant_id: UUID, prefix: str) -> str:
    """The part of a key that is no secret and names it: `msk_<tenant>_<prefix>`."""
    return f"{scheme}_{_encode(tenant_id.int, TENANT_DIGITS)}_{prefix}"


def parse_key_id(text: str, scheme: str) -> tuple[UUID, str] | None:
    """The tenant and the prefix that a well-formed key id names; None for anything else."""
    given, _, rest = text.partition("_")
    tenant, _, prefix = rest.partition("_")
    if given != scheme or (len(tenant), len(prefix)) != (TENANT_DIGITS, PREFIX_DIGITS):
        return None
    if not set(tenant + prefix) <= set(ALPHABET):
        return None
    number = _decode(tenant)
    if number.bit_length() > 128:  # noqa: PLR2004
        return None
    return UUID(int=number), prefix


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

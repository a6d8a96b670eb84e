"""Who was erased, so that nothing about them comes back: by keyed hashes of what they were called.

HMAC-SHA-256 under a key of the tenant's own, never rotated, since nothing is left to hash anew.
An identifier counts as it is written, a name whatever its case and spaces.
"""

import hmac
import unicodedata
from collections.abc import Collection, Iterable
from hashlib import sha256
from uuid import UUID

from console.keys.keyring import Key, key_for, make_key_for
from console.keys.models import Purpose, SuppressedName
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

IDENTIFIER, NAME = b"identifier", b"name"
FOUND = """
SELECT digest, subject_id FROM keys_suppressedname
WHERE tenant_id = %s AND digest = ANY(%s::bytea[])
"""


def suppress(subject_id: UUID, *, identifiers: Iterable[str], names: Iterable[str]) -> int:
    """Adds what is not on the list yet; how many entries. In the transaction of its event."""
    key = key_for(Purpose.SUPPRESS) or make_key_for(Purpose.SUPPRESS)
    digests = {_digest(key, IDENTIFIER, said) for said in identifiers}
    digests |= {_digest(key, NAME, _folded(said)) for said in names}
    return keep_digests(subject_id, digests)


def keep_digests(subject_id: UUID, digests: Collection[bytes]) -> int:
    """Puts entries back that stood outside the database. In the transaction of its event.

    Where the key is newer than they are, they tell nothing by it, and harm nothing.
    """
    rows = [SuppressedName(subject_id=subject_id, digest=digest) for digest in sorted(digests)]
    SuppressedName.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def digests_of(subject_id: UUID) -> set[bytes]:
    rows = SuppressedName.objects.filter(subject_id=subject_id)
    return {bytes(digest) for digest in rows.values_list("digest", flat=True)}


def suppressed_among(external_ids: Collection[str]) -> dict[str, UUID]:
    """Those that lead to somebody who was erased, and to whom."""
    key = key_for(Purpose.SUPPRESS)
    if key is None or not external_ids:
        return {}
    by_digest: dict[bytes, str] = {}
    for said in external_ids:
        by_digest[_digest(key, IDENTIFIER, said)] = said
        by_digest[_digest(key, NAME, _folded(said))] = said
    rows = fetch(FOUND, [current_tenant_id(), list(by_digest)])
    return {by_digest[bytes(digest)]: subject_id for digest, subject_id in rows}


def _digest(key: Key, what: bytes, said: str) -> bytes:
    return hmac.digest(key.secret, what + b"\0" + said.encode(), sha256)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())

"""SimHash (Charikar 2002): nearly equal texts have nearly equal fingerprints of 64 bits.

Four bands of 16 bits find what differs in at most three bits, since one band must then be equal
(Manku, Jain and Das Sarma 2007). Each band is mixed with its scope, so that equal bands elsewhere
are not even looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

import numpy as np

from memory.screening.words import Words, signed

BANDS = 4
BAND_BITS = 16
FAR = 3  # bits in which near duplicates differ at most
# Of few words each counts for much: only equal fingerprints tell something.
FEW_WORDS = 8


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Signed, as PostgreSQL's bigint keeps them; near duplicates differ in at most `far` bits.

    Only those of one generation of the index key can be compared.
    """

    simhash: int
    bands: tuple[int, int, int, int]
    far: int
    key_generation: int


def scope_of(subject_id: UUID | None, namespace: Iterable[str]) -> str:
    """Within which texts are compared."""
    return f"{subject_id}|{'|'.join(namespace)}"


def fingerprint(words: Words, *, scope: str, key: bytes, generation: int) -> Fingerprint | None:
    """Over words, hashed under `key`, and pairs of words; None for a text without words."""
    if not words.folded:
        return None
    features = np.concatenate([words.hashes, words.runs(2)])
    bits = np.unpackbits(features.view(np.uint8).reshape(-1, 8), axis=1)
    majority = np.packbits(bits.sum(axis=0, dtype=np.int64) * 2 > len(features))
    place = blake2b(scope.encode(), digest_size=8, key=key, person=b"mnemoscope scope").digest()
    parts = majority.view(np.uint16).astype(np.uint64)
    parts |= np.arange(1, BANDS + 1, dtype=np.uint64) << np.uint64(BAND_BITS)
    # Multiplying by an odd number spreads a part over all bits, and loses none.
    spread = parts * np.uint64(0xD6E8FEB86659FD93)
    a, b, c, d = signed(spread ^ np.frombuffer(place, dtype="<u8"))
    return Fingerprint(
        simhash=signed(majority.view(np.uint64))[0],
        bands=(a, b, c, d),
        far=FAR if len(words.folded) >= FEW_WORDS else 0,
        key_generation=generation,
    )

"""The words of a text as keyed hashes, in their order, and runs of words."""

import re
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

WORD = re.compile(r"\w+")
# The words of the rest of a longer text do not count.
MOST_WORDS = 2_000
LONGEST_WORD = 64
PERSON = b"mnemoscope name"
# An odd multiplier: a run's hash tells the order of its words.
STEP = np.uint64(0x9E3779B97F4A7C15)
# A name neither begins nor ends with one of these.
COMMON = frozenset(
    """a about after all also an and any are as asked at be because been but by can could customer
    day did do does for from had has have he her him his how i if in into is it its like may me more
    my never new no not now of on one only or our out over please prefers said she should so some
    than that the their them then there they this to too under up us was we were what when which
    who will with would yes you your der die das und ist ein eine den dem mit von zu""".split()  # noqa: SIM905 - it reads as words
)


@dataclass(frozen=True, slots=True)
class Words:
    """Case-folded words, and a hash for each: 64 bits of keyed BLAKE2b (RFC 7693)."""

    folded: list[str]
    hashes: Hashes
    common: NDArray[np.bool_]

    def runs(self, length: int) -> Hashes:
        """A hash for each run of `length` words, by its first word."""
        run = self.hashes[: max(0, len(self.hashes) - length + 1)].copy()
        for offset in range(1, length):
            run = run * STEP + self.hashes[offset : offset + len(run)]
        return run

    def nameable(self, length: int) -> NDArray[np.bool_]:
        """Which runs of `length` words might be a name: those not framed by common words."""
        count = max(0, len(self.common) - length + 1)
        framed: NDArray[np.bool_] = (
            self.common[:count] | self.common[length - 1 : length - 1 + count]
        )
        return np.logical_not(framed)

    def text(self, first: int, length: int) -> str:
        return " ".join(self.folded[first : first + length])


def words_of(text: str, key: bytes) -> Words:
    found = WORD.findall(text.casefold())[:MOST_WORDS]
    digests = b"".join(
        blake2b(word[:LONGEST_WORD].encode(), digest_size=8, key=key, person=PERSON).digest()
        for word in found
    )
    hashes = np.frombuffer(digests, dtype="<u8").astype(np.uint64)
    return Words(found, hashes, np.array([word in COMMON for word in found], dtype=np.bool_))


def signed(hashes: Hashes) -> list[int]:
    """As PostgreSQL's bigint keeps them."""
    numbers: list[int] = hashes.view(np.int64).tolist()
    return numbers

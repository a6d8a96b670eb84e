"""Names as the directory of subjects keeps them: keyed hashes of their words in order."""

from console.platform.errors import InvalidInputError
from memory.screening.words import COMMON, signed, words_of

MOST_NAMES = 20
MOST_WORDS = 4
SHORTEST = 3


def hash_of_name(name: str, key: bytes) -> int:
    """Raises InvalidInputError on what would be found in half of all texts, or in none."""
    words = words_of(name, key)
    count = len(words.folded)
    if not 1 <= count <= MOST_WORDS:
        detail = f"A name has one to {MOST_WORDS} words; '{name[:40]}' has {count}."
        raise InvalidInputError.on("names", "not_a_name", detail)
    if len("".join(words.folded)) < SHORTEST or {words.folded[0], words.folded[-1]} & COMMON:
        detail = f"'{name[:40]}' is an ordinary word: it would be found in most texts."
        raise InvalidInputError.on("names", "not_a_name", detail)
    return signed(words.runs(count))[0]

"""One form for the many ways to write the same text, and the way back to what was written."""

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Soft hyphen, zero-width, bidirectional controls, variation selectors and the tag block:
# a person does not see them, a model does.
INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)

# Letters of another script that look Latin; only words that mix the two are read through it.
_BORROWED = "аеорсухіјѕһԁԛԝӏαοερνικτυχϲ"
_LATIN_FOR = dict(zip(_BORROWED, "aeopcyxijshdqwlaoepviktuxc", strict=True))
_TO_LATIN = str.maketrans(_LATIN_FOR)
_MIXED_WORD = re.compile(rf"\b(?=\w*[a-z])\w*[{_BORROWED}]\w*")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is what detectors read; its i-th character was written at `offsets[i]`.

    `mixed_words` are the spans in `text` of words that borrow look-alike letters.
    """

    text: str
    offsets: NDArray[np.int64]
    mixed_words: tuple[tuple[int, int], ...] = ()

    def written(self, start: int, end: int) -> tuple[int, int]:
        """The span as written of a span in `text` that is not empty."""
        return int(self.offsets[start]), int(self.offsets[end - 1]) + 1


def fold(written: str) -> Folded:
    """Lower case, compatibility forms, without accents, invisible or borrowed letters."""
    if written.isascii():
        return Folded(written.lower(), np.arange(len(written)))
    form_of = {character: _folded_character(character) for character in set(written)}
    text = "".join(map(form_of.__getitem__, written))
    offsets = np.repeat(np.arange(len(written)), _lengths(written, form_of))
    mixed = tuple(match.span() for match in _MIXED_WORD.finditer(text))
    if mixed:
        text = _MIXED_WORD.sub(lambda word: word.group().translate(_TO_LATIN), text)
    return Folded(text, offsets, mixed)


def _lengths(written: str, form_of: dict[str, str]) -> NDArray[np.uint8]:
    """How long the form of each character is."""
    codes = np.frombuffer(written.encode("utf-32-le", "surrogatepass"), np.uint32)
    length_of = np.ones(int(codes.max()) + 1, np.uint8)
    for character, form in form_of.items():
        length_of[ord(character)] = len(form)
    return length_of[codes]


def _folded_character(character: str) -> str:
    if INVISIBLE.match(character):
        return ""
    forms = unicodedata.normalize("NFKD", character)
    return "".join(form for form in forms if not unicodedata.combining(form)).casefold()

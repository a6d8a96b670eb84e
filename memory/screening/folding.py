"""One form for the many ways to write the same text, and the way back to what was written."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Soft hyphen, joiners, fillers, bidirectional controls, variation selectors and the tag block:
# a person does not see them, a model does.
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef"
)
INVISIBLE = re.compile(f"[{UNSEEN}]")

# Letters of another script that look Latin; only words that mix the two are read through it.
_LOOK_ALIKES = "аеорсухіјѕһԁԛԝӏαοερνικτυχϲ"
_BORROWED = frozenset(_LOOK_ALIKES)
_TO_LATIN = str.maketrans(_LOOK_ALIKES, "aeopcyxijshdqwlaoepviktuxc")
_FROM_LOOK_ALIKE = re.compile(rf"[{_LOOK_ALIKES}]\w*")
_INSIDE_WORD, _LATIN = re.compile(r"\w"), re.compile("[a-z]")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is what detectors read; its i-th character was written at `offsets[i]`.

    `mixed_words` are the spans in `text` of words that borrow look-alike letters; `drops` tells
    that something as written left nothing in `text`, as whatever is unseen does; `characters` are
    those of `text` where they are not ASCII, and perhaps others.
    """

    text: str
    offsets: NDArray[np.int64]
    mixed_words: tuple[tuple[int, int], ...] = ()
    drops: bool = False
    characters: frozenset[str] = frozenset()

    def written(self, start: int, end: int) -> tuple[int, int]:
        """The span as written of a span in `text` that is not empty."""
        return int(self.offsets[start]), int(self.offsets[end - 1]) + 1


def fold(written: str) -> Folded:
    """Lower case, compatibility forms, without accents, invisible or borrowed letters."""
    if written.isascii():
        return Folded(written.lower(), np.arange(len(written)))
    characters = "".join(set(written))
    forms = [_folded_character(character) for character in characters]
    codes, known = _codes(written), _codes(characters)
    table = np.empty(int(known.max()) + 1, np.int64)
    table[known] = np.arange(len(known))
    numbers = table[codes]
    sizes = np.array([len(form) for form in forms])
    lengths = sizes[numbers]
    offsets = np.repeat(np.arange(len(codes)), lengths)
    # From a place in `text` to the same place among all the forms, one after the other.
    among, there = np.cumsum(sizes) - sizes, np.cumsum(lengths) - lengths
    places = np.arange(len(offsets)) + np.repeat(among[numbers] - there, lengths)
    every = "".join(forms)
    text = _codes(every)[places].tobytes().decode("utf-32-le", "surrogatepass")
    drops, seen = "" in forms, frozenset(every)
    if _BORROWED.isdisjoint(seen):
        return Folded(text, offsets, drops=drops, characters=seen)
    mixed = tuple(_mixed_words(text))
    if mixed:
        pieces, reached = [], 0
        for start, end in mixed:
            pieces += [text[reached:start], text[start:end].translate(_TO_LATIN)]
            reached = end
        text = "".join([*pieces, text[reached:]])
    return Folded(text, offsets, mixed, drops, seen)


def _mixed_words(text: str) -> Iterator[tuple[int, int]]:
    """The words that hold look-alikes and Latin letters both."""
    reached = 0
    for found in _FROM_LOOK_ALIKE.finditer(text):
        start, end = found.span()
        while start > reached and _INSIDE_WORD.match(text, start - 1):
            start -= 1
        reached = end
        if _LATIN.search(text, start, end):
            yield start, end


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@lru_cache(maxsize=8_192)
def _folded_character(character: str) -> str:
    if INVISIBLE.match(character):
        return ""
    forms = unicodedata.normalize("NFKD", character)
    return "".join(form for form in forms if not unicodedata.combining(form)).casefold()

"""Orders to set instructions aside, in the languages people try when English is screened.

A sentence that holds a stem of each column in one language is such an order. The words of a
phrase are joined by "_". English has shapes of its own.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from memory.screening.evidence import Evidence
from memory.screening.folding import Folded, fold

STEMS = Path(__file__).parent / "data" / "overrides.txt"
WEIGHT = 0.7
DETAIL = "It tells the agent to set aside its instructions."

_SENTENCE = re.compile(r"[^.!?\n\u3002\uff01\uff1f\u0964\u061f]{3,300}")

# A stem of these scripts stands at the start of a word; others run words or particles together.
_SPACED = range(0x0590)
# Shorter stems are whole words: "tes" is not "test".
SHORTEST_STEM = 4


class Column(NamedTuple):
    stems: tuple[str, ...]
    pattern: re.Pattern[str]


Language = tuple[Column, ...]


def _column(written: str) -> Column:
    stems = tuple(stem.replace("_", " ") for stem in fold(written).text.split())
    return Column(stems, re.compile("|".join(map(_as_it_stands, stems))))


def _as_it_stands(stem: str) -> str:
    if not _is_spaced(stem):
        return stem
    return rf"\b{stem}" if len(stem) >= SHORTEST_STEM else rf"\b{stem}\b"


def _is_spaced(stem: str) -> bool:
    return ord(stem[0]) in _SPACED


LANGUAGES: tuple[Language, ...] = tuple(
    tuple(_column(column) for column in line.split(": ", 1)[1].split(" | "))
    for line in STEMS.read_text().splitlines()
    if not line.startswith("#")
)
# The stems of the first column, which hardly any text holds, and the languages they are of.
VERBS: dict[str, list[Language]] = defaultdict(list)
for _language in LANGUAGES:
    for _stem in _language[0].stems:
        VERBS[_stem].append(_language)
HEAD = 4
IN_ASCII = tuple((stem.split()[0][:HEAD].encode(), stem) for stem in VERBS if stem.isascii())
BEYOND_ASCII = tuple((frozenset(stem), stem) for stem in VERBS if not stem.isascii())
_LETTERS = bytes(code if chr(code).isalnum() else ord(" ") for code in range(128)).ljust(256)


def overrides_in(folded: Folded) -> Iterator[Evidence]:
    """The first sentence that sets instructions aside."""
    text = folded.text
    verbs = _verbs_in(folded)
    if not verbs:
        return
    for sentence in _SENTENCE.finditer(text):
        said = sentence.group()
        for verb in [verb for verb in verbs if verb in said]:
            if any(_stands(language, said) for language in VERBS[verb]):
                span = folded.written(*sentence.span())
                yield Evidence("instruction_override", WEIGHT, DETAIL, *span)
                return


def _verbs_in(folded: Folded) -> list[str]:
    """By the first letters of its words and by its characters most are ruled out at once."""
    text = folded.text
    words = set(text.encode("ascii", "replace").translate(_LETTERS).split())
    heads = {word[:HEAD] for word in words}
    verbs = [verb for head, verb in IN_ASCII if head in heads]
    verbs += [verb for made_of, verb in BEYOND_ASCII if made_of <= folded.characters]
    return [
        verb
        for verb in verbs
        if verb in text and any(_may_stand(language, text) for language in VERBS[verb])
    ]


def _may_stand(language: Language, text: str) -> bool:
    return all(any(stem in text for stem in column.stems) for column in language)


def _stands(language: Language, sentence: str) -> bool:
    return all(column.pattern.search(sentence) for column in language)

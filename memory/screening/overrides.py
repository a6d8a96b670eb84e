"""Orders to set instructions aside, in the languages people try when English is screened.

A sentence that holds a stem of each column in one language is such an order. English has shapes
of its own.
"""

import re
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


class Column(NamedTuple):
    stems: tuple[str, ...]
    pattern: re.Pattern[str]


def _column(written: str) -> Column:
    stems = tuple(fold(written).text.split())
    starts = (r"\b" + stem if ord(stem[0]) in _SPACED else stem for stem in stems)
    return Column(stems, re.compile("|".join(starts)))


LANGUAGES = tuple(
    tuple(_column(column) for column in line.split(": ", 1)[1].split(" | "))
    for line in STEMS.read_text().splitlines()
    if not line.startswith("#")
)


IN_ASCII = tuple(
    language
    for language in LANGUAGES
    if all(stem.isascii() for column in language for stem in column.stems)
)


def overrides_in(folded: Folded) -> Iterator[Evidence]:
    """The first sentence that sets instructions aside."""
    text = folded.text
    likely = [
        language
        for language in (IN_ASCII if text.isascii() else LANGUAGES)
        if all(any(stem in text for stem in column.stems) for column in language)
    ]
    if not likely:
        return
    for sentence in _SENTENCE.finditer(text):
        for language in likely:
            if all(column.pattern.search(sentence.group()) for column in language):
                yield Evidence(
                    "instruction_override", WEIGHT, DETAIL, *folded.written(*sentence.span())
                )
                return

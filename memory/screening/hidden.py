"""Characters a person does not see, and letters that are not what they look like."""

import re
from collections.abc import Iterator
from itertools import pairwise

from memory.screening.evidence import Evidence
from memory.screening.folding import INVISIBLE, UNSEEN, Folded
from memory.screening.stretches import stretches

# One or two strays come with pasted text.
TOLERATED = 2
INVISIBLE_WEIGHT = 0.4
TAGS_WEIGHT = 0.7
CONFUSABLE_WEIGHT = 0.4
SHORTEST_WORD = 4
# So far does what excuses an unseen character reach, as in the flag of Scotland.
LONGEST_WRITING = 10

# Joiners and selectors shape Persian and Indic words, and emoji, one or two at a time; marks of
# direction stand in right-to-left text.
_JOINERS = "\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_ORTHOGRAPHY = re.compile(
    f"(?<=[^\x00-\u02ff{UNSEEN}])[{_JOINERS}]{{1,2}}(?![{UNSEEN}])|"
    "(?<=[\u00a9\u00ae])\ufe0f|(?<=[0-9#*])\ufe0f(?=\u20e3)|"
    "(?<=[\u0590-\u08ff][ .,:;!?)])[\u200e\u200f]|[\u200e\u200f](?=[\u0590-\u08ff])|"
    "(?<=[\u0590-\u08ff])[\u061c\u200e\u200f]|"
    "\U0001f3f4[\U000e0020-\U000e007e]{2,6}\U000e007f|"  # the flags of England, Scotland, Wales
    "(?<=[^\\W\\d_])\u00ad(?=[^\\W\\d_])|\\A\ufeff"
)
_TAGS = re.compile("[\U000e0020-\U000e007e]{4,}")
# Variation selectors 1 to 16, and 17 to 256: a byte each.
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")


def hidden_in(written: str, folded: Folded) -> Iterator[Evidence]:
    for start, end in folded.mixed_words:
        if end - start >= SHORTEST_WORD:
            detail = "A word mixes letters of two scripts that look alike."
            span = folded.written(start, end)
            yield Evidence("confusable_characters", CONFUSABLE_WEIGHT, detail, *span)
            break
    if not folded.drops:
        return
    unseen = [match.span() for match in INVISIBLE.finditer(written)]
    excused = {
        place
        for stretch in stretches(unseen, before=LONGEST_WRITING, after=LONGEST_WRITING)
        for match in _ORTHOGRAPHY.finditer(written, *stretch)
        for place in range(*match.span())
    }
    places = [place for place, _ in unseen if place not in excused]
    if len(places) > TOLERATED:
        start, end = _densest(places)
        detail = f"It carries {len(places)} invisible characters."
        yield Evidence("invisible_characters", INVISIBLE_WEIGHT, detail, start, end)


def smuggled_in(written: str, folded: Folded) -> Iterator[tuple[str, int, int]]:
    """Text spelled in characters nobody sees, and where it stands.

    The tag block mirrors ASCII; variation selectors are numbered, and so are bytes.
    """
    if not folded.drops:
        return
    for match in _TAGS.finditer(written):
        yield "".join(chr(ord(tag) - 0xE0000) for tag in match.group()), *match.span()
    for match in _SELECTORS.finditer(written):
        numbered = bytes(map(_number_of, match.group()))
        yield numbered.decode(errors="replace"), *match.span()


def _number_of(selector: str) -> int:
    code = ord(selector)
    return code - 0xFE00 if code <= 0xFE0F else code - 0xE0100 + 16  # noqa: PLR2004 - as Unicode has it


def _densest(places: list[int]) -> tuple[int, int]:
    """The longest run of places that stand together."""
    start = best_start = places[0]
    best_end = end = places[0] + 1
    for before, place in pairwise(places):
        start = start if place - before <= 2 else place  # noqa: PLR2004 - side by side, or every other
        end = place + 1
        if end - start > best_end - best_start:
            best_start, best_end = start, end
    return best_start, best_end

import re
from collections.abc import Mapping


def any_of(words: Mapping[str, str]) -> str:
    """A pattern for any of many words, each followed by the pattern it is given; longest first.

    They share their beginnings, so that a place where none stands is left after a character or
    two; a plain alternation tries every word there.
    """
    firsts = sorted({word[0] for word in words if word})
    readings = [
        re.escape(first) + any_of({word[1:]: words[word] for word in words if word[:1] == first})
        for first in firsts
    ]
    if "" in words:
        readings.append(words[""])
    return readings[0] if len(readings) == 1 else f"(?:{'|'.join(readings)})"

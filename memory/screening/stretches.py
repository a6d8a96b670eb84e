"""Where in a text something may stand, so that slow patterns need not read the rest of it."""

from collections.abc import Iterable, Iterator

Stretch = tuple[int, int]


def stretches(spans: Iterable[Stretch], *, before: int, after: int) -> Iterator[Stretch]:
    """What stands about `spans`, which are in order; where two overlap they are one."""
    start = end = None
    for opens, closes in spans:
        if end is None or opens - before > end:
            if start is not None and end is not None:
                yield start, end
            start = max(0, opens - before)
        end = closes + after
    if start is not None and end is not None:
        yield start, end


def long_words(text: str, *, least: int) -> Iterator[Stretch]:
    """The words of at least so many characters, as they stand between white space."""
    reached = 0
    for word in text.split():
        if len(word) >= least:
            reached = text.index(word, reached)  # no word skipped is long enough to hold it
            yield reached, reached + len(word)
            reached += len(word)


def places_of(stems: Iterable[str], text: str) -> list[int]:
    """Where any of `stems` begins, in order."""
    places = []
    for stem in stems:
        at = text.find(stem)
        while at >= 0:
            places.append(at)
            at = text.find(stem, at + 1)
    return sorted(places)

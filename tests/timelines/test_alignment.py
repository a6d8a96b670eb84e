"""Two sequences beside each other."""

from random import Random

import pytest

from audit.timelines.alignment import aligned


def common(left: str, right: str) -> str:
    pairs = aligned(left, right)
    assert [at for at, _ in pairs if at is not None] == list(range(len(left)))
    assert [at for _, at in pairs if at is not None] == list(range(len(right)))
    return "".join(left[at] for at, other in pairs if at is not None and other is not None)


def longest(left: str, right: str) -> int:
    """By the plain table."""
    row = [0] * (len(right) + 1)
    for one in left:
        above = row[:]
        for at, other in enumerate(right):
            row[at + 1] = above[at] + 1 if one == other else max(above[at + 1], row[at])
    return row[-1]


@pytest.mark.parametrize(
    ("left", "right", "met"),
    [
        ("", "", ""),
        ("abc", "", ""),
        ("", "abc", ""),
        ("abc", "abc", "abc"),
        ("abc", "xyz", ""),
        ("abcd", "acd", "acd"),
        ("acd", "abcd", "acd"),
        ("abxcd", "abycd", "abcd"),
        ("mtmtm", "mtm", "mtm"),
    ],
)
def test_what_is_the_same_meets(left: str, right: str, met: str):
    assert common(left, right) == met


def test_whatever_the_sequences_as_much_as_possible_meets_and_all_that_meets_is_equal():
    random = Random(7)  # noqa: S311 - the same sequences every time
    for _ in range(300):
        left = "".join(random.choices("abcd", k=random.randrange(40)))
        right = "".join(random.choices("abcd", k=random.randrange(40)))
        for at, other in aligned(left, right):
            assert at is None or other is None or left[at] == right[other]
        assert len(common(left, right)) == longest(left, right)

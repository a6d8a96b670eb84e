import re
from collections.abc import Callable
from dataclasses import dataclass

# What a check digit proves, and what a telling word nearby does.
PROVEN = 0.3
TOLD = 0.4

FLAGS = re.ASCII | re.IGNORECASE

Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One kind of number or address.

    `score` is how telling the shape alone is, 0 to 1; a failed `check` discards a match, a passed
    one adds PROVEN, and one of `words` near it adds TOLD. `digits` is the least number of digits a
    match holds: a text without so long a number is not searched.
    """

    label: str
    score: float
    digits: int
    pattern: re.Pattern[str]
    check: Check | None = None
    words: frozenset[str] = frozenset()

    @property
    def best(self) -> float:
        """What it can reach where no telling word stands."""
        return self.score + (PROVEN if self.check else 0)


def recogniser(
    label: str,
    score: float,
    digits: int,
    pattern: str,
    *,
    check: Check | None = None,
    told_by: str = "",
    flags: re.RegexFlag = FLAGS,
) -> Recogniser:
    return Recogniser(label, score, digits, re.compile(pattern, flags), check, words(told_by))


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())

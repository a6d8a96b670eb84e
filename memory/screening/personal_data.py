"""Personal data in a text: a finding says where, and of which kind, and copies nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from memory.screening.finding import Finding
from memory.screening.personal.international import INTERNATIONAL
from memory.screening.personal.national import NATIONAL
from memory.screening.personal.phones import CANDIDATE, LEAST_DIGITS, phone_score
from memory.screening.personal.phones import WORDS as PHONE_WORDS
from memory.screening.personal.recogniser import PROVEN, TOLD, Recogniser, recogniser

RECOGNISERS = INTERNATIONAL + NATIONAL
REPORTED_FROM = 0.4
# A telling word stands within this many characters before a number, or shortly after it.
BEFORE, AFTER = 60, 25
# Letters that belong to a number stand within this many characters of it.
MARGIN = 16
# A text of numbers only would keep a server busy: what is left over is for a person to see.
MOST_CHECKS = 300
MOST_PHONES = 50

EMAIL = recogniser(
    "email address",
    1.0,
    0,
    r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w!#$%&'*+/=?^`{|}~-][\w.!#$%&'*+/=?^`{|}~-]{0,63}"
    r"@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{0,62}",
    flags=re.UNICODE,
)
WORD = re.compile(r"[^\W\d_][\w'-]*")
# A number as people write it: groups of digits, with few letters and signs between.
NUMBER = re.compile(r"\d\w*(?:[ .:/()+-]{1,2}\(?[A-Za-z]{0,4}\d\w*)*", re.ASCII)
# Addresses of machines may hold letters only.
HEXADECIMAL = re.compile(
    r"[0-9A-F](?::[0-9A-F]{0,4}:|-[0-9A-F]{2}-|\.[0-9A-F]{4}\.)|::", re.IGNORECASE
)
# Shorter numbers stand in most texts, so those that hold few digits are sought everywhere at once.
LONG = 6

SHORT_ALWAYS = tuple(r for r in RECOGNISERS if r.best >= REPORTED_FROM and 0 < r.digits < LONG)
LONG_ALWAYS = tuple(r for r in RECOGNISERS if r.best >= REPORTED_FROM and r.digits >= LONG)
WITHOUT_DIGITS = tuple(r for r in RECOGNISERS if not r.digits)
TOLD_BY: dict[str, list[Recogniser]] = {}
for _one in RECOGNISERS:
    for _word in _one.words:
        TOLD_BY.setdefault(_word, []).append(_one)


@dataclass(frozen=True, slots=True)
class Match:
    score: float
    start: int
    end: int
    label: str


def screen_personal_data(content: str) -> list[Finding]:
    """The most certain reading of each span; two never overlap."""
    search = Search(content)
    findings = [
        Finding(
            "personal_data",
            f"It contains {'an' if match.label[0] in 'aeio' else 'a'} {match.label}.",
            "note",
            round(min(match.score, 1.0), 2),
            match.start,
            match.end,
            label=match.label,
        )
        for match in _apart(search.run())
    ]
    if search.gave_up:
        detail = "It holds more numbers than are looked at one by one."
        findings.append(Finding("too_many_numbers", detail, "review", 0.4))
    return findings


def _apart(matches: Iterator[Match]) -> list[Match]:
    """In order of the text; what overlaps is one, by the name of its most certain reading."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda one: (one.start, -one.end)):
        if kept and match.start < kept[-1].end:
            best = max(kept[-1], match, key=lambda one: one.score)
            end = max(kept[-1].end, match.end)
            kept[-1] = replace(best, start=kept[-1].start, end=end)
        else:
            kept.append(match)
    return kept


@dataclass(slots=True)
class Search:
    """One text, and what has been spent on it."""

    content: str
    lowered: str = field(init=False)
    checks: int = 0
    gave_up: bool = False

    def __post_init__(self) -> None:
        self.lowered = self.content.lower()

    def run(self) -> Iterator[Match]:
        if "@" in self.content:
            yield from self._within(EMAIL, 0, len(self.content))
        if HEXADECIMAL.search(self.content):
            for one in WITHOUT_DIGITS:
                yield from self._within(one, 0, len(self.content))
        numbers = [
            (found.start(), found.end(), sum(map(str.isdigit, found.group())))
            for found in NUMBER.finditer(self.content)
        ]
        if numbers:
            yield from self._in_numbers(numbers)

    def _in_numbers(self, numbers: list[tuple[int, int, int]]) -> Iterator[Match]:
        """`numbers` are the starts, the ends and the counts of digits."""
        most = max(digits for _, _, digits in numbers)
        for one in self._short(most):
            yield from self._within(one, 0, len(self.content))
        for start, end, digits in numbers:
            if digits < LONG:
                continue
            for one in LONG_ALWAYS:
                if one.digits <= digits:
                    yield from self._within(one, max(0, start - MARGIN), end + MARGIN)
        if most >= LEAST_DIGITS:
            yield from self._phones()

    def _short(self, most: int) -> list[Recogniser]:
        """Those of few digits, and those that a telling word calls for."""
        trying = [one for one in SHORT_ALWAYS if one.digits <= most]
        for word in TOLD_BY.keys() & set(WORD.findall(self.lowered)):
            trying += [
                one
                for one in TOLD_BY[word]
                if 0 < one.digits <= most and one.best < REPORTED_FROM and one not in trying
            ]
        return trying

    def _within(self, one: Recogniser, start: int, end: int) -> Iterator[Match]:
        for found in one.pattern.finditer(self.content, start, end):
            if self.checks >= MOST_CHECKS:
                self.gave_up = True
                return
            self.checks += 1
            score = self._score(one, found)
            if score >= REPORTED_FROM:
                yield Match(score, found.start(), found.end(), one.label)

    def _phones(self) -> Iterator[Match]:
        for number, found in enumerate(CANDIDATE.finditer(self.content)):
            if number >= MOST_PHONES:
                self.gave_up = True
                return
            score = phone_score(found.group())
            if score and self._told(PHONE_WORDS, found):
                score += TOLD
            if score >= REPORTED_FROM:
                yield Match(score, found.start(), found.end(), "phone number")

    def _score(self, one: Recogniser, found: re.Match[str]) -> float:
        score = one.score
        if one.check is not None:
            if not one.check(found.group()):
                return 0.0
            score += PROVEN
        if one.words and self._told(one.words, found):
            score += TOLD
        return score

    def _told(self, words: frozenset[str], found: re.Match[str]) -> bool:
        start, end = found.span()
        near = self.lowered[max(0, start - BEFORE) : start] + " " + self.lowered[end : end + AFTER]
        return not words.isdisjoint(WORD.findall(near))

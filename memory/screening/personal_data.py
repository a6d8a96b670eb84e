"""Personal data in a text: a finding says where, and of which kind, and copies nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from memory.screening.finding import Finding
from memory.screening.personal.international import INTERNATIONAL
from memory.screening.personal.national import NATIONAL
from memory.screening.personal.phones import CANDIDATE, LEAST_DIGITS, phone_score
from memory.screening.personal.phones import WORDS as PHONE_WORDS
from memory.screening.personal.recogniser import PROVEN, TOLD, Recogniser, recogniser
from memory.screening.stretches import Stretch, stretches

RECOGNISERS = INTERNATIONAL + NATIONAL
REPORTED_FROM = 0.4
# A telling word stands within this many characters before a number, or shortly after it.
BEFORE, AFTER = 60, 25
# What belongs to a number, to the @ of an address or to the colons of one stands within this many
# characters of it: nothing further away is looked at.
MARGIN = 24
BEFORE_AT, AFTER_AT = 65, 600
LONGEST_ADDRESS = 64
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
AT = re.compile("@")
DIGIT = re.compile(r"\d", re.ASCII)
WORD = re.compile(r"[^\W\d_][\w'-]*")
# A number as people write it: groups of digits, with few letters and signs between.
NUMBER = re.compile(r"\d\w*(?:[ .:/()+-]{1,2}\(?[A-Za-z]{0,4}\d\w*)*", re.ASCII)
# Addresses of machines may hold letters only.
SEPARATED = re.compile(
    r"[:.-](?:(?<=[0-9A-Fa-f]:)[0-9A-Fa-f]{0,4}:|(?<=[0-9A-Fa-f]-)[0-9A-Fa-f]{2}-|"
    r"(?<=[0-9A-Fa-f]\.)[0-9A-Fa-f]{4}\.|(?<=:):)"
)
# Most texts hold shorter numbers; what wants a longer one is sought about those alone.
LONG = 6

SHORT_ALWAYS = tuple(r for r in RECOGNISERS if r.best >= REPORTED_FROM and 0 < r.digits < LONG)
LONG_ALWAYS = tuple(r for r in RECOGNISERS if r.best >= REPORTED_FROM and r.digits >= LONG)
WITHOUT_DIGITS = tuple(r for r in RECOGNISERS if not r.digits)
TOLD_BY: dict[str, list[Recogniser]] = {}
for _one in RECOGNISERS:
    for _word in _one.words if _one.digits and _one.best < REPORTED_FROM else ():
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


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.lower()))


@dataclass(slots=True)
class Search:
    """One text, and what has been spent on it."""

    content: str
    checks: int = 0
    phones: int = 0
    gave_up: bool = False

    def run(self) -> Iterator[Match]:
        for stretch in stretches(self._spans(AT), before=BEFORE_AT, after=AFTER_AT):
            yield from self._within(EMAIL, stretch)
        about = LONGEST_ADDRESS
        for stretch in stretches(self._spans(SEPARATED), before=about, after=about):
            for one in WITHOUT_DIGITS:
                yield from self._within(one, stretch)
        numbers = list(self._spans(NUMBER))
        for stretch in stretches(numbers, before=MARGIN, after=MARGIN):
            yield from self._numbers(stretch)
        long_numbers = [span for span in numbers if self._digits(span) >= LONG]
        for stretch in stretches(long_numbers, before=MARGIN, after=MARGIN):
            digits = self._digits(stretch)
            for one in LONG_ALWAYS:
                if one.digits <= digits:
                    yield from self._within(one, stretch)

    def _spans(self, pattern: re.Pattern[str]) -> Iterator[Stretch]:
        return (found.span() for found in pattern.finditer(self.content))

    def _digits(self, stretch: Stretch) -> int:
        return len(DIGIT.findall(self.content, *stretch))

    def _numbers(self, stretch: Stretch) -> Iterator[Match]:
        """Of few digits, of those that a telling word calls for, and of telephones."""
        digits = self._digits(stretch)
        near = self.content[max(0, stretch[0] - BEFORE) : stretch[1] + AFTER]
        called = TOLD_BY.keys() & _words(near)
        for one in dict.fromkeys(chain(SHORT_ALWAYS, *(TOLD_BY[word] for word in called))):
            if one.digits <= digits:
                yield from self._within(one, stretch)
        if digits >= LEAST_DIGITS:
            yield from self._phones(stretch)

    def _within(self, one: Recogniser, stretch: Stretch) -> Iterator[Match]:
        for found in one.pattern.finditer(self.content, *stretch):
            if self.checks >= MOST_CHECKS:
                self.gave_up = True
                return
            self.checks += 1
            score = self._score(one, found)
            if score >= REPORTED_FROM:
                yield Match(score, found.start(), found.end(), one.label)

    def _phones(self, stretch: Stretch) -> Iterator[Match]:
        for found in CANDIDATE.finditer(self.content, *stretch):
            if self.phones >= MOST_PHONES:
                self.gave_up = True
                return
            self.phones += 1
            score = phone_score(found.group(), told=self._told(PHONE_WORDS, found))
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
        near = f"{self.content[max(0, start - BEFORE) : start]} {self.content[end : end + AFTER]}"
        return not words.isdisjoint(_words(near))

"""Words of agents on a screen.

Compared word by word, marked where screening found something, and with no character left that a
model reads and a person does not see.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

import orjson
from django.utils.html import escape, format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString

# Controls, fillers, format and private characters, and the tag block; not line breaks and tabs, nor
# joiners and variation selectors, which scripts and emoji need, but never many at a time.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ue000-\uf8ff\U000e0000-\U000e007f]+|"
    "[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}"
)
# The tag block repeats ASCII in characters nobody sees: whole sentences hide in it.
TAGS, TAG_OFFSET = re.compile("[\U000e0020-\U000e007e]+"), 0xE0000
WORDS = re.compile(r"\s+|\w+|[^\w\s]")
LINES = re.compile(r"[^\n]*\n|[^\n]+")
# Comparing is quadratic, and worse where few words repeat often. An agent's text must not buy
# seconds of ours: past so many pairs lines are compared, and past that one text replaces the other.
MOST_PAIRS = 250_000


@dataclass(frozen=True, slots=True)
class Change:
    op: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """`tone` marks what screening found; None is ordinary text."""

    text: str
    tone: str | None = None


def show_unseen(text: str) -> SafeString:
    if not UNSEEN.search(text):
        return escape(text)
    parts = []
    end = 0
    for match in UNSEEN.finditer(text):
        parts.append(format_html("{}", text[end : match.start()]))
        parts.append(_spelled(match[0]))
        end = match.end()
    parts.append(format_html("{}", text[end:]))
    return format_html_join("", "{}", ((part,) for part in parts))


def plain(text: str) -> str:
    """As `show_unseen`, for where there is no markup: what is unseen is named in brackets."""
    if not UNSEEN.search(text):
        return text
    return UNSEEN.sub(lambda run: f"[{strip_tags(_spelled(run[0]))}]", text)


def _spelled(run: str) -> SafeString:
    """A run of unseen characters: what it hides if that can be read, else its first one."""
    if TAGS.fullmatch(run):
        hidden = "".join(chr(ord(character) - TAG_OFFSET) for character in run)
        return format_html('<span class="unseen" title="hidden text">{}</span>', hidden)
    name = unicodedata.name(run[0], "control character").lower()
    times = f" x{len(run)}" if len(run) > 1 else ""
    code = f"U+{ord(run[0]):04X}{times}"
    return format_html('<span class="unseen" title="{}">{}</span>', name, code)


def compare(before: str, after: str) -> list[Change]:
    """What changed between two texts: word by word, by lines, or as a whole, as size allows."""
    for pieces in (WORDS, LINES):
        old, new = pieces.findall(before), pieces.findall(after)
        start = _alike(old, new)
        end = _alike(old[start:][::-1], new[start:][::-1])
        old_middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
        if len(old_middle) * len(new_middle) <= MOST_PAIRS:
            changes = _joined(_changes(old_middle, new_middle))
            return [*_same(old[:start]), *changes, *_same(old[len(old) - end :])]
    return [Change("removed", before), Change("added", after)]


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many pieces both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _same(pieces: Sequence[str]) -> list[Change]:
    return [Change("same", "".join(pieces))] if pieces else []


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for op, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if op == "equal":
            yield Change("same", "".join(old[old_from:old_to]))
            continue
        if old_to > old_from:
            yield Change("removed", "".join(old[old_from:old_to]))
        if new_to > new_from:
            yield Change("added", "".join(new[new_from:new_to]))


def _joined(changes: Iterator[Change]) -> Iterator[Change]:
    """A lone space between two changed words reads as part of one change."""
    removed, added = "", ""
    for change in changes:
        if change.op == "removed":
            removed += change.text
        elif change.op == "added":
            added += change.text
        elif (removed or added) and change.text.isspace():
            removed += change.text
            added += change.text
        else:
            yield from _pair(removed, added)
            removed, added = "", ""
            yield change
    yield from _pair(removed, added)


def _pair(removed: str, added: str) -> Iterator[Change]:
    kept = len(removed) - len(removed.rstrip()) if removed and added else 0
    tail = removed[len(removed) - kept :] if kept and added.endswith(removed[-kept:]) else ""
    if tail:
        removed, added = removed[: -len(tail)], added[: -len(tail)]
    if removed:
        yield Change("removed", removed)
    if added:
        yield Change("added", added)
    if tail:
        yield Change("same", tail)


def mark(text: str, findings: Sequence[dict[str, object]]) -> list[Passage]:
    """The text cut where findings begin and end; of two that overlap the first wins."""
    tones = {"quarantine": "danger", "review": "warn", "note": "warn"}
    found = sorted((extent(one, len(text)), str(one.get("severity"))) for one in findings)
    passages, at = [], 0
    for (start, end), severity in found:
        begin = max(start, at)
        if end <= begin:
            continue
        if begin > at:
            passages.append(Passage(text[at:begin]))
        passages.append(Passage(text[begin:end], tones.get(severity, "warn")))
        at = end
    if at < len(text) or not passages:
        passages.append(Passage(text[at:]))
    return passages


def extent(finding: dict[str, object], length: int) -> tuple[int, int]:
    start, end = finding.get("start"), finding.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or finding.get("path"):
        return 0, 0  # it says no place, or one in another text
    return min(max(start, 0), length), min(max(end, 0), length)


def excerpt(text: str, most: int = 280) -> str:
    """The beginning of a text, cut between words."""
    flat = " ".join(text[: most * 2].split())
    if len(flat) <= most:
        return flat
    return flat[:most].rsplit(" ", 1)[0] + "…"


def pretty(value: Any) -> str:
    """JSON for people."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(value, default=str, option=options).decode()

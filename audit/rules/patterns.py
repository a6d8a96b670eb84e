"""Patterns that people write, over texts that agents write: no pair of them may take for ever.

RE2 takes time linear in the text: it has neither backreferences nor lookarounds, and refuses what
would grow too large.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

import re2

MAX_PATTERN = 500
MAX_GLOB = 200
# Of one compiled pattern. RE2 falls back from its cache of states to a slower walk, never fails.
MAX_BYTES = 1024 * 1024
# Texts of a span are searched joined by line feeds at first (`union`), which `^` and `$` at lines
# stand and these would not.
UNTAKEN = re.compile(r"\\[AzQE]|\(\?(?!:|P<|[is]{1,2}\))")


class Match(Protocol):
    def start(self) -> int: ...
    def end(self) -> int: ...
    def group(self) -> str: ...


class Pattern(Protocol):
    """What of the wheel's own, unnamed type is used."""

    @property
    def pattern(self) -> str: ...
    def search(self, text: str) -> Match | None: ...
    def fullmatch(self, text: str) -> Match | None: ...
    def finditer(self, text: str) -> Iterator[Match]: ...


class PatternError(ValueError):
    """A pattern that is not taken. Its text is for whoever wrote it."""


def compiled(pattern: str) -> Pattern:
    """`^` and `$` stand at the ends of lines. Raises PatternError."""
    if not pattern or len(pattern) > MAX_PATTERN:
        raise PatternError(f"Write a pattern of 1 to {MAX_PATTERN} characters.")
    if UNTAKEN.search(pattern):
        raise PatternError(
            r"Lookarounds, \A, \z, \Q and flags other than (?i) and (?s) are not taken;"
            " ^ and $ stand for the ends of a line."
        )
    _compile(pattern)  # by itself: what only holds inside our brackets does not hold
    whole = _compile(f"(?m:{pattern})")
    if whole.search("") is not None:
        raise PatternError("It also matches where there is nothing, so it would match everywhere.")
    return whole


def union(patterns: Iterable[Pattern]) -> Pattern | None:
    """Matches a text that any of them matches. None of none."""
    joined = "|".join(f"(?:{one.pattern})" for one in patterns)
    return _compile(joined, most=MAX_BYTES * 8) if joined else None


def glob(text: str) -> str:
    """A pattern for whole names, whatever their case. `*` stands for anything, `?` for one."""
    if not text or len(text) > MAX_GLOB:
        raise PatternError(f"Write a name of 1 to {MAX_GLOB} characters.")
    parts = re.split(r"([*?])", text)
    return "".join({"*": ".*", "?": "."}.get(part) or re2.escape(part) for part in parts)


def globs(texts: Iterable[str]) -> Pattern:
    """Raises PatternError."""
    return _compile("(?is)" + "|".join(f"(?:{glob(text)})" for text in texts), most=MAX_BYTES * 8)


def _compile(pattern: str, *, most: int = MAX_BYTES) -> Pattern:
    options = re2.Options()
    options.max_mem = most
    options.never_capture = True
    options.log_errors = False  # it would print what somebody wrote to the log
    try:
        made: Pattern = re2.compile(pattern, options)
    except re2.error as error:
        raise PatternError(f"It is no pattern of RE2: {_said(error)}.") from error
    return made


def _said(error: re2.error) -> str:
    [said] = error.args or ("not understood",)
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)

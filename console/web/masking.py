"""Personal data and secrets are kept off a screen until somebody asks to see them, on record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.web.text import extent
from memory.models import Memory, MemoryVersion, Said
from memory.screening.finding import Finding
from memory.screening.labelled import screen_labelled
from memory.screening.personal_data import screen_personal_data
from memory.screening.redaction import redact_write
from memory.writes import Write, as_written

Found = dict[str, Any]


@dataclass(slots=True)
class Mask:
    """Names what screening labelled instead of showing it. `lifted` shows it, and still counts it.

    On one screen equal words have equal names and others have others: a comparison tells that an
    address changed, and not to what.
    """

    lifted: bool = False
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    is_beside: bool = False

    @property
    def found(self) -> bool:
        return bool(self.names) or self.is_beside

    @property
    def hides(self) -> bool:
        return self.found and not self.lifted

    def content(self, version: MemoryVersion) -> tuple[str, list[Found]]:
        """What it says, and the findings where they now stand in it."""
        if "content" in version.opened.original:
            return version.content, []  # redacted when it was written: nothing is left to hide
        return self.text(version.content, version.findings)

    def original(self, said: Said) -> tuple[str, list[Found]]:
        return self.text(str(said.original["content"]), said.findings)

    def beside(self, memory: Memory, version: MemoryVersion) -> Write:
        """What stands beside the content, by the rules of redaction."""
        said = as_written(memory, version)
        if version.opened.original:
            return said
        kept = redact_write(said, [Finding(**found) for found in version.findings])
        self.is_beside |= any(found["label"] and found["path"] for found in version.findings)
        return said if self.lifted else kept

    def subject(self, external_id: str) -> str:
        """Some call their customers by an e-mail address."""
        found = [finding.as_json() for finding in screen_personal_data(external_id)]
        return self.text(external_id, found)[0]

    def raw(self, text: str) -> str:
        """A text that nobody screened when it came."""
        return self.text(text, [finding.as_json() for finding in screen_labelled(text)])[0]

    def text(self, text: str, findings: Sequence[Found]) -> tuple[str, list[Found]]:
        pieces, length, reached = [], 0, 0
        spans: list[tuple[int, int, int, int]] = []
        for start, end, label in _labelled(text, findings):
            begin = max(start, reached)
            if end <= begin:
                continue
            name = self._name(label, text[begin:end])
            kept = text[reached:begin]
            pieces += [kept, name]
            length += len(kept) + len(name)
            spans.append((begin, end, length - len(name), length))
            reached = end
        if self.lifted or not spans:
            return text, list(findings)
        pieces.append(text[reached:])
        moved = [
            {**one, "start": _moved(start, spans)[0], "end": _moved(end, spans)[1]}
            for one in findings
            for start, end in [extent(one, len(text))]
        ]
        return "".join(pieces), moved

    def words(self, text: str) -> str:
        """The same of a quotation."""
        if not self.lifted:
            for (_, words), name in self.names.items():
                text = text.replace(words, name)
        return text

    def _name(self, label: str, words: str) -> str:
        key = (label, words)
        if key not in self.names:
            number = self.used[label] = self.used.get(label, 0) + 1
            self.names[key] = f"[{label}]" if number == 1 else f"[{label} {number}]"
        return self.names[key]


def _labelled(text: str, findings: Sequence[Found]) -> Iterator[tuple[int, int, str]]:
    return iter(sorted((*extent(one, len(text)), one["label"]) for one in findings if one["label"]))


def _moved(at: int, spans: Sequence[tuple[int, int, int, int]]) -> tuple[int, int]:
    """Where this offset has gone, as the beginning of something and as its end."""
    for start, end, begin, finish in reversed(spans):
        if at >= end:
            return finish + at - end, finish + at - end
        if at > start:
            return begin, finish
        if at == start:
            return begin, begin
    return at, at

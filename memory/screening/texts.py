"""The texts of a write beside its content, from its key to its value, as one text.

A detector runs once over all of them, however many there are, and each finding is put back where
it stands.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from memory.screening.context import ScreenContext
from memory.screening.finding import Finding

SHORTEST = 3
# What a tenant calls its places, runs and subjects, where that is a name and no sentence.
PLAIN_NAME = re.compile(r"[\w@.:/+-]{1,40}", re.ASCII)
# Where a memory belongs. Nothing is taken out of it: it would belong elsewhere.
PLACES = ("/namespace", "/run", "/subject")
# No pointer of a member ends so: a tilde is always escaped.
NAME = "~#"


@dataclass(frozen=True, slots=True)
class BesideText:
    """`paths[i]` is where the text from `starts[i]` on comes from."""

    text: str
    starts: list[int]
    paths: list[str]

    def place(self, finding: Finding) -> Finding:
        """The finding, with its offsets into the text at its path; in one text at most."""
        at = bisect_right(self.starts, finding.start) - 1
        start = self.starts[at]
        until = self.starts[at + 1] - 1 if at + 1 < len(self.starts) else len(self.text)
        return replace(
            finding,
            path=self.paths[at],
            start=finding.start - start,
            end=min(finding.end, until) - start,
        )


def beside(context: ScreenContext) -> BesideText:
    starts: list[int] = []
    paths: list[str] = []
    texts: list[str] = []
    length = 0
    for path, text in _texts(context):
        starts.append(length)
        paths.append(path)
        texts.append(text)
        length += len(text) + 1
    return BesideText("\n".join(texts), starts, paths)


def _texts(context: ScreenContext) -> Iterator[tuple[str, str]]:
    if context.key:
        yield "/key", context.key
    if context.source:
        yield "/source", context.source
    if context.metadata:
        yield from _within("/metadata", context.metadata)
    if context.value is not None:
        yield from _within("/value", context.value)
    segments = ((f"/namespace/{at}", name) for at, name in enumerate(context.namespace))
    for path, name in (*segments, ("/run", context.run), ("/subject", context.subject)):
        if name and not PLAIN_NAME.fullmatch(name):
            yield path, name


def path_of(path: str, name: object) -> str:
    """The JSON Pointer of a member; with NAME behind it, that of its name."""
    return f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"


def _within(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text and number in a JSON value, each after the name that tells what it is."""
    pending: list[tuple[str, Any]] = [(path, value)]
    while pending:  # not recursive: how deep a value nests is the writer's choice
        path, value = pending.pop()
        if isinstance(value, dict):
            for name, member in reversed(value.items()):
                inner = path_of(path, name)
                pending += [(inner, member), (inner + NAME, str(name))]
        elif isinstance(value, list | tuple):
            members = [(f"{path}/{index}", member) for index, member in enumerate(value)]
            pending += reversed(members)
        elif not isinstance(value, bool | None):
            text = str(value)
            if len(text) >= SHORTEST:
                yield path, text

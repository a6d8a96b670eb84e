"""The pass over the events that decides: their tree against every signed checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from mnemoscope_verify.checkpoints import OUTSIDE, PACK, Mark, marks_in
from mnemoscope_verify.entries import Line, MalformedLineError, decode, id_bytes, parse_line
from mnemoscope_verify.errors import UnreadableError
from mnemoscope_verify.findings import MOST_FINDINGS
from mnemoscope_verify.manifest import Manifest
from mnemoscope_verify.merkle import Tree
from mnemoscope_verify.notes import instant
from mnemoscope_verify.pack import Pack, lines_of
from mnemoscope_verify.runs import SortedRecords

NAME = "events.jsonl"
STEP = 8192
ID, INDEX = 16, 8  # bytes
# A server's clock that was set back may date an event after the checkpoint that covers it.
CLOCKS_DIFFER = timedelta(minutes=5)
PRUNED = b'{"action":"log.pruned",'  # an entry's keys are sorted
END_OF_TIME = "9999-12-31T23:59:59.999999Z"

Progress = Callable[[int, int], None]  # events done, and of how many


@dataclass(slots=True, kw_only=True)
class Walked:
    """What the pass saw. Places are indices in the log; lists are bounded."""

    tree: Tree
    roots_held: int = 0  # of the pack's checkpoints
    last_good: int = 0  # size of the last checkpoint whose root fits
    first_bad: Mark | None = None
    outside_good: Mark | None = None  # the last before the first bad one
    outside_bad: Mark | None = None  # the first
    outside_good_again: bool = False
    outside_beyond: list[Mark] = field(default_factory=list)  # of more events than there are
    outside_unknown: list[Mark] = field(default_factory=list)  # whose size the pack has none of
    seen_outside: int = 0
    highest_seen_outside: int = 0
    foreign: list[tuple[int, Line]] = field(default_factory=list)
    late: list[tuple[int, Line]] = field(default_factory=list)
    wrong_words: list[tuple[int, Line]] = field(default_factory=list)
    twice: list[tuple[int, int]] = field(default_factory=list)
    forgotten: int = 0
    pruned_told_at: int | None = None  # the event that says that those before the pack were removed
    oldest: str = END_OF_TIME
    newest: str = ""


def numbered_lines(pack: Pack, first: int) -> Iterator[tuple[int, Line]]:
    """Each with its index, were nothing missing. Raises UnreadableError."""
    index = first
    try:
        for raw in lines_of(pack, NAME):
            yield index, parse_line(raw)
            index += 1
    except MalformedLineError as error:
        raise UnreadableError(f"{NAME}, line {index - first + 1:,}: {error}.") from error


def walk(pack: Pack, manifest: Manifest, marks: SortedRecords, progress: Progress) -> Walked:
    walked = Walked(tree=Tree(manifest.first, manifest.left))
    with SortedRecords(ID + INDEX) as ids:
        comparison = Comparison(marks, walked)
        _walk(numbered_lines(pack, manifest.first), manifest, comparison, ids, progress)
        walked.twice = _standing_twice(ids)
    return walked


def _walk(
    lines: Iterator[tuple[int, Line]],
    manifest: Manifest,
    comparison: Comparison,
    ids: SortedRecords,
    progress: Progress,
) -> None:
    walked, tenant = comparison.walked, manifest.tenant
    tree, of = walked.tree, manifest.size - manifest.first
    append, add_id = tree.append, ids.add
    comparison.compare()
    due, latest = comparison.due, comparison.latest
    for index, line in lines:
        append(line.leaf)
        at = line.at
        if line.tenant != tenant:
            _keep(walked.foreign, (index, line))
        if at > latest:
            _keep(walked.late, (index, line))
        walked.newest = max(walked.newest, at)
        walked.oldest = min(walked.oldest, at)
        if line.entry.startswith(PRUNED) and tells_pruned(line.entry, manifest.first):
            walked.pruned_told_at = index
        if line.words_hold is None:
            walked.forgotten += 1
        elif not line.words_hold:
            _keep(walked.wrong_words, (index, line))
        add_id(id_of(index, line, manifest.first) + index.to_bytes(INDEX, "big"))
        if tree.size == due:
            comparison.compare()
            due, latest = comparison.due, comparison.latest
        if not index % STEP:
            ids.spill_if_full()
            progress(index - manifest.first, of)
    progress(tree.size - manifest.first, of)
    comparison.conclude()


def tells_pruned(entry: bytes, size: int) -> bool:
    """Whether this event says that retention removed the first `size` events."""
    payload = decode(entry.decode()).get("payload")
    return isinstance(payload, dict) and payload.get("size") == size


def _keep(found: list[tuple[int, Line]], one: tuple[int, Line]) -> None:
    if len(found) < MOST_FINDINGS:
        found.append(one)


def id_of(index: int, line: Line, first: int) -> bytes:
    try:
        return id_bytes(line.id)
    except MalformedLineError as error:
        raise UnreadableError(f"{NAME}, line {index - first + 1:,}: {error}.") from error


def _standing_twice(ids: SortedRecords) -> list[tuple[int, int]]:
    """The index at which an event stands again, and the one where it stands first."""
    found: list[tuple[int, int]] = []
    before = bytes(ID + INDEX)
    for record in ids:
        if record[:ID] == before[:ID]:
            places = (int.from_bytes(one[ID:], "big") for one in (record, before))
            found.append((next(places), next(places)))
            if len(found) == MOST_FINDINGS:
                break
        before = record
    return sorted(found)


class Comparison:
    """Takes the checkpoints as the tree reaches their sizes: the pack's, and those kept outside."""

    def __init__(self, marks: SortedRecords, walked: Walked) -> None:
        self.walked = walked
        self._begin = walked.tree.size
        self._groups = groupby(marks_in(marks), key=attrgetter("size"))
        self._group: list[Mark] = []
        self._advance()
        while self._group and self.due < self._begin:
            self._advance()

    def _advance(self) -> None:
        found = next(self._groups, None)
        self._group = list(found[1]) if found is not None else []
        self.due = self._group[0].size if self._group else -1
        sealed = [mark.made_at for mark in self._group if mark.source == PACK]
        self.latest = latest_for(min(sealed)) if sealed else END_OF_TIME

    def compare(self) -> None:
        """Where the tree has just the size that is due."""
        walked = self.walked
        if walked.tree.size != self.due:
            return
        root = walked.tree.root()
        of_pack = {mark.number for mark in self._group if mark.source == PACK}
        for mark in self._group:
            fits = mark.root == root
            if mark.source == OUTSIDE:
                self._compare_outside(mark, fits=fits, of_pack=of_pack)
            elif fits:
                walked.roots_held += 1
                walked.last_good = mark.size
            elif walked.first_bad is None and mark.size > self._begin:
                walked.first_bad = mark
        self._advance()

    def _compare_outside(self, mark: Mark, *, fits: bool, of_pack: set[int]) -> None:
        walked = self.walked
        if not fits:
            walked.outside_bad = walked.outside_bad or mark
            return
        if walked.outside_bad is None:
            walked.outside_good = mark
        else:
            walked.outside_good_again = True
        if mark.number in of_pack:
            walked.seen_outside += 1
            walked.highest_seen_outside = max(walked.highest_seen_outside, mark.number)
        elif len(walked.outside_unknown) < MOST_FINDINGS:
            walked.outside_unknown.append(mark)

    def conclude(self) -> None:
        """What is left is of more events than there are."""
        while self._group:
            beyond = [mark for mark in self._group if mark.source == OUTSIDE]
            self.walked.outside_beyond = (self.walked.outside_beyond + beyond)[:MOST_FINDINGS]
            self._advance()


def latest_for(made_at: str) -> str:
    """The latest time that an event under this checkpoint can honestly bear."""
    try:
        return instant((datetime.fromisoformat(made_at) + CLOCKS_DIFFER).isoformat())
    except (ValueError, OverflowError):
        return END_OF_TIME

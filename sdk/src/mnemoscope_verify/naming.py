"""Names what was done to the events and where, once it is certain that something was."""

from __future__ import annotations

from collections.abc import Callable

from mnemoscope_verify.align import Added, Apart, align
from mnemoscope_verify.dates import is_dated_otherwise, true_time
from mnemoscope_verify.events import Walked, numbered_lines
from mnemoscope_verify.findings import Kind, Report
from mnemoscope_verify.leaves import are_authentic, leaves_of
from mnemoscope_verify.manifest import Manifest
from mnemoscope_verify.pack import Pack, shown
from mnemoscope_verify.runs import SortedRecords

MOST_SEARCHED = 20  # entries whose true time is searched for: half a second each, in vain


def name_tampering(
    pack: Pack, manifest: Manifest, marks: SortedRecords, walked: Walked, report: Report
) -> set[int]:
    """Returns the indices it has told about."""
    if not are_authentic(pack, manifest, marks):
        return _roughly(manifest, walked, report)
    apart = align(numbered_lines(pack, manifest.first), leaves_of(pack, manifest.first))
    if apart.lost is not None:
        report.found(
            Kind.EDIT,
            f"From event {apart.lost:,} on hardly anything is as it was logged.",
            index=apart.lost,
        )
        return set()
    again = _leaves_among(pack, manifest, apart)
    return _Naming(manifest, apart, again, report).tell()


def _leaves_among(pack: Pack, manifest: Manifest, apart: Apart) -> dict[bytes, int]:
    """Where the log has what the added lines say."""
    sought = {one.line.leaf for one in apart.added}
    return {leaf: index for index, leaf in leaves_of(pack, manifest.first) if leaf in sought}


class _Naming:
    def __init__(
        self, manifest: Manifest, apart: Apart, places: dict[bytes, int], report: Report
    ) -> None:
        self._manifest, self._apart, self._places, self._report = manifest, apart, places, report
        self._told: set[int] = set()
        self._searched = 0

    def tell(self) -> set[int]:
        apart = self._apart
        self._swaps()
        for added in apart.added:
            if added.index not in self._told:
                self._added(added)
        self._deletions()
        if apart.tail is not None:
            begin, count = apart.tail
            self._report.found(
                Kind.CUT_TAIL,
                f"The last {_events(count)} of the log, from {begin:,} on, are gone.",
                index=begin,
            )
        return self._told

    def _swaps(self) -> None:
        """What was taken from one place and stands at another."""
        standing = {added.line.leaf: added for added in self._apart.added}
        moved = {
            place: standing[leaf] for place, leaf in self._apart.removed.items() if leaf in standing
        }
        for place, added in moved.items():
            del self._apart.removed[place]
            if added.index in self._told:
                continue
            self._told.add(added.index)
            other = moved.get(added.index)
            if other is not None and other.index == place:
                self._told.add(other.index)
                says = f"Events {place:,} and {added.index:,} stand in each other's place."
            else:
                says = f"Event {place:,} stands at {added.index:,}."
            self._report.found(Kind.SWAP, says, index=min(place, added.index), event=added.line.id)

    def _added(self, added: Added) -> None:
        index, line, instead = added.index, added.line, added.instead
        self._told.add(index)
        true = None if instead is None else self._apart.removed.pop(instead, None)
        place = "stands in the place of another" if true else "was put in"
        found = self._finder(index, line.id)
        if line.tenant != self._manifest.tenant:
            found(Kind.GRAFT, f"An event of the tenant {shown(line.tenant)} {place} at {index:,}.")
        elif line.leaf in self._places:
            found(
                Kind.REPLAY,
                f"Event {self._places[line.leaf]:,} stands again at {index:,}.",
            )
        elif true is None:
            found(Kind.INSERTION, f"An event that was never logged was put in at {index:,}.")
        else:
            self._changed(added, true)

    def _changed(self, added: Added, true: bytes) -> None:
        index, line = added.index, added.line
        found = self._finder(index, line.id)
        time = None
        if self._searched < MOST_SEARCHED:
            self._searched += 1
            time = true_time(line, true)
        if time is not None:
            found(Kind.REDATING, f"Event {index:,} was of {time} and now says {shown(line.at)}.")
        else:
            found(Kind.EDIT, f"Event {index:,} is not what was logged.")

    def _finder(self, index: int, event: str) -> Callable[[Kind, str], None]:
        def found(kind: Kind, says: str) -> None:
            self._report.found(kind, says, index=index, event=event)

        return found

    def _deletions(self) -> None:
        """One finding for events that stood side by side."""
        begin = end = -1
        for index in [*sorted(self._apart.removed), -1]:
            if index == end:
                end += 1
                continue
            if begin >= 0:
                last = f" to {end - 1:,}" if end - begin > 1 else ""
                self._report.found(
                    Kind.DELETION,
                    f"{_events(end - begin)} gone: {begin:,}{last}.",
                    index=begin,
                )
            begin, end = index, index + 1


def _events(count: int) -> str:
    return "event" if count == 1 else f"{count:,} events"


def _roughly(manifest: Manifest, walked: Walked, report: Report) -> set[int]:
    """Without the log's own leaves: the checkpoint before and the one after."""
    reached, expected = walked.tree.size, report.size
    begin = max(walked.last_good, manifest.first)
    bad = walked.first_bad
    if bad is None:
        if reached < expected:
            report.found(
                Kind.CUT_TAIL,
                f"The log has {expected:,} events, here they end after {reached:,}: the last are"
                f" gone, or others after {begin:,}.",
                index=reached,
            )
        else:
            report.found(
                Kind.INSERTION,
                f"The log has {expected:,} events; {_events(reached - expected)} were put in"
                " after them.",
                index=expected,
            )
        return set()
    between = f"between events {begin:,} and {bad.size - 1:,}"
    where = {"index": begin, "checkpoint": bad.number}
    told = _told_by_their_words(range(begin, bad.size), walked, report)
    if told:
        return told
    if reached < expected:
        says = f"{_events(expected - reached)} gone {between}."
        report.found(Kind.DELETION, says, **where)
    elif reached > expected:
        says = f"{_events(reached - expected)} put in {between}."
        report.found(Kind.INSERTION, says, **where)
    else:
        says = f"Something was changed, or changed places, {between}."
        report.found(
            Kind.EDIT, f"{says} Without the log's leaves it cannot be told closer.", **where
        )
    return set()


def _told_by_their_words(places: range, walked: Walked, report: Report) -> set[int]:
    told = set()
    for index, line in walked.foreign:
        if index in places:
            told.add(index)
            says = f"An event of the tenant {shown(line.tenant)} stands at {index:,}."
            report.found(Kind.GRAFT, says, index=index, event=line.id)
    for again, before in walked.twice:
        if again in places and again not in told:
            told.add(again)
            report.found(Kind.REPLAY, f"Event {before:,} stands again at {again:,}.", index=again)
    for index, line in walked.late:
        if index in places and index not in told and is_dated_otherwise(line):
            told.add(index)
            says = f"Event {index:,} says {shown(line.at)}, its id another time."
            report.found(Kind.REDATING, says, index=index, event=line.id)
    return told

"""The checkpoints of a pack: each signed, each naming the one before it, numbered without gaps.

A checkpoint that no trusted key signed still counts if a trusted one after it names it: the chain
of digests vouches for it. That is how the keys before a rotation need not be named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mnemoscope_verify.errors import UnreadableError
from mnemoscope_verify.findings import MOST_FINDINGS, Kind, Report
from mnemoscope_verify.manifest import Manifest
from mnemoscope_verify.merkle import Tree
from mnemoscope_verify.notes import Checkpoint, MalformedError, parse_checkpoint
from mnemoscope_verify.pack import Pack, lines_of, read_object, shown
from mnemoscope_verify.runs import SortedRecords
from mnemoscope_verify.trust import KeyRing, Standing

NAME = "checkpoints.jsonl"
ZEROS = bytes(32)
MOST_GAPS = 1000
PACK, OUTSIDE = 0, 1


MARK_BYTES = 8 + 8 + 1 + 32 + 27


class Mark(NamedTuple):
    """A checkpoint as the pass over the events needs it; sorts by size, then by number."""

    size: int
    number: int
    source: int
    root: bytes
    made_at: str

    def record(self) -> bytes:
        head = self.size.to_bytes(8, "big") + self.number.to_bytes(8, "big")
        return head + bytes([self.source]) + self.root + self.made_at.encode().ljust(27)


def mark_of(record: bytes) -> Mark:
    whole = int.from_bytes
    return Mark(
        whole(record[:8], "big"),
        whole(record[8:16], "big"),
        record[16],
        record[17:49],
        record[49:].decode(),
    )


class Chain:
    """Reads the pack's checkpoints in order, telling what is wrong with their sequence."""

    def __init__(self, pack: Pack, manifest: Manifest, ring: KeyRing, report: Report) -> None:
        self._pack, self._manifest, self._ring, self._report = pack, manifest, ring, report
        self._gaps: set[int] = set()
        self._newest: Checkpoint | None = None
        self._useless = 0  # lines since the newest whose numbers cannot be believed
        self._unvouched: int | None = None
        self._first: Checkpoint | None = None

    def read(self, marks: SortedRecords) -> None:
        line = 0
        for line, raw in enumerate(lines_of(self._pack, NAME), 1):
            checkpoint = self._parsed(raw, line)
            if checkpoint is not None and self._take(checkpoint):
                marks.add(mark_from(checkpoint, PACK).record())
                marks.spill_if_full()
        if not line and not self._manifest.size:
            raise UnreadableError("The pack holds no checkpoint: nothing has been sealed yet.")
        self._report.checkpoints = line
        self._conclude()

    def _parsed(self, raw: bytes, line: int) -> Checkpoint | None:
        note = read_object(raw, f"{NAME}, line {line:,},").get("note")
        try:
            return parse_checkpoint(note if isinstance(note, str) else "")
        except MalformedError as error:
            self._report.found(
                Kind.EDIT, f"Line {line:,} of {NAME} is no checkpoint any more: {error}", file=NAME
            )
            self._useless += 1
            return None

    def _take(self, checkpoint: Checkpoint) -> bool:
        """Whether its root is worth comparing."""
        number = checkpoint.number
        if checkpoint.origin != self._manifest.origin:
            self._found(
                Kind.GRAFT,
                number,
                f"A checkpoint of the log {shown(checkpoint.origin)} stands among this log's.",
            )
            self._useless += 1
            return False
        standing = self._ring.standing(checkpoint.note)
        if standing is Standing.FORGED:
            self._found(
                Kind.EDIT,
                number,
                f"Checkpoint {number:,} was altered: its signature does not fit its text.",
            )
            self._useless += 1
            return False
        newest = self._newest
        if newest is not None and number <= newest.number:
            return self._out_of_order(checkpoint, standing)
        if newest is None:
            self._begin(checkpoint)
        elif number > newest.number + 1:
            self._gap(newest.number + 1, number)
        else:
            self._follow(newest, checkpoint)
        self._newest, self._useless = checkpoint, 0
        if standing is Standing.TRUSTED:
            self._unvouched = None
            self._ring.learn(checkpoint.note, checkpoint.origin, checkpoint.keys)
        elif self._unvouched is None:
            self._unvouched = number
        return True

    def _begin(self, checkpoint: Checkpoint) -> None:
        self._first = checkpoint
        manifest, number = self._manifest, checkpoint.number
        if manifest.first == 0:
            if number > 1:
                self._gap(1, number)
            return
        if checkpoint.size != manifest.first and not self._useless:
            self._found(
                Kind.MISSING_CHECKPOINT,
                number - 1,
                f"The pack begins at index {manifest.first:,}, but its first checkpoint,"
                f" {number:,}, is of {checkpoint.size:,} events: the one it began at is gone.",
            )
        elif (
            checkpoint.size == manifest.first
            and Tree(manifest.first, manifest.left).root() != checkpoint.root
        ):
            self._report.found(
                Kind.EDIT,
                "The hashes left of the pack's first event are not those that checkpoint"
                f" {number:,} signed.",
                checkpoint=number, file="manifest.json",
            )  # fmt: skip

    def _follow(self, newest: Checkpoint, checkpoint: Checkpoint) -> None:
        number = checkpoint.number
        if checkpoint.previous != newest.note.digest:
            if self._unvouched is not None:
                self._swapped_key(self._unvouched, newest)
                self._unvouched = None
            else:
                self._found(
                    Kind.FORK,
                    newest.number,
                    f"Checkpoint {number:,} follows another checkpoint {newest.number:,} than the"
                    " one in this pack: the log was told in two ways.",
                )
        elif checkpoint.size < newest.size:
            self._found(
                Kind.FORK,
                number,
                f"Checkpoint {number:,} is of {checkpoint.size:,} events, the one before it of"
                f" {newest.size:,}: a log never gets smaller.",
            )
        elif checkpoint.made_at < newest.made_at:
            self._found(
                Kind.REDATING,
                number,
                f"Checkpoint {number:,} says {checkpoint.made_at}, before the one it follows"
                f" ({newest.made_at}).",
            )

    def _gap(self, begin: int, end: int) -> None:
        """Lines that cannot be believed stand for as many numbers."""
        begin += self._useless
        if len(self._gaps) + end - begin <= MOST_GAPS:
            self._gaps.update(range(begin, end))
        else:
            self._found(
                Kind.MISSING_CHECKPOINT, begin, f"Checkpoints {begin:,} to {end - 1:,} are gone."
            )

    def _out_of_order(self, checkpoint: Checkpoint, standing: Standing) -> bool:
        number = checkpoint.number
        if number in self._gaps:
            self._gaps.discard(number)
            self._found(Kind.SWAP, number, f"Checkpoint {number:,} does not stand in its place.")
            return True
        if self._stood_before(checkpoint):
            self._found(
                Kind.REPLAY,
                number,
                f"Checkpoint {number:,} stands again, after a newer one: an old checkpoint is"
                " presented as the newest.",
            )
            return False
        if standing is Standing.TRUSTED:
            self._found(
                Kind.FORK,
                number,
                f"There are two checkpoints {number:,}, each signed, which differ.",
            )
        else:
            self._swapped_key(number, checkpoint)
        return False

    def _stood_before(self, again: Checkpoint) -> bool:
        """A second look through the file, which only a damaged pack costs, and not for ever."""
        if len(self._report.findings) >= MOST_FINDINGS:
            return True
        for line, raw in enumerate(lines_of(self._pack, NAME), 1):
            note = read_object(raw, f"{NAME}, line {line:,},").get("note")
            try:
                earlier = parse_checkpoint(note if isinstance(note, str) else "")
            except MalformedError:
                continue
            if earlier.number == again.number:
                return earlier.note.digest == again.note.digest
        return False

    def _found(self, kind: Kind, number: int, says: str) -> None:
        self._report.found(kind, says, checkpoint=number, file=NAME)

    def _swapped_key(self, number: int, checkpoint: Checkpoint) -> None:
        ids = ", ".join(sorted({key_id.hex() for _, key_id, _ in checkpoint.note.signatures}))
        self._found(
            Kind.KEY_SWAP,
            number,
            f"From checkpoint {number:,} on the log is signed by a key that you did not name"
            f" ({ids}), and no trusted checkpoint hands over to it.",
        )

    def _conclude(self) -> None:
        manifest, report, newest = self._manifest, self._report, self._newest
        for number in sorted(self._gaps):
            self._found(Kind.MISSING_CHECKPOINT, number, f"Checkpoint {number:,} is gone.")
        if newest is None:
            report.found(Kind.MISSING_CHECKPOINT, "All checkpoints are gone.", file=NAME)
            return
        if self._unvouched is not None:
            self._swapped_key(self._unvouched, newest)
        if newest.size < manifest.size and not report.findings:
            self._found(
                Kind.MISSING_CHECKPOINT,
                newest.number + 1,
                f"The pack holds events up to {manifest.size:,}, its newest checkpoint"
                f" ({newest.number:,}) covers {newest.size:,}: the newest is gone.",
            )
        first = self._first or newest
        report.checkpoint_range = (first.number, newest.number)

    @property
    def newest(self) -> Checkpoint | None:
        return self._newest


def mark_from(checkpoint: Checkpoint, source: int) -> Mark:
    return Mark(checkpoint.size, checkpoint.number, source, checkpoint.root, checkpoint.made_at)


def marks_in(records: SortedRecords) -> Iterator[Mark]:
    return map(mark_of, records)

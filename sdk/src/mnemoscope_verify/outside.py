"""Checkpoints that were kept outside the server: a sink's file, or a single note.

Only against these can a history be told that was rewritten, forked or cut with the log's own key.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mnemoscope_verify.checkpoints import OUTSIDE, mark_from
from mnemoscope_verify.errors import UnreadableError
from mnemoscope_verify.findings import Report
from mnemoscope_verify.notes import MOST_NOTE_BYTES, Checkpoint, MalformedError, parse_checkpoint
from mnemoscope_verify.pack import MOST_LINE, read_object
from mnemoscope_verify.runs import SortedRecords
from mnemoscope_verify.trust import KeyRing, Standing


def gather(
    files: list[Path], *, origin: str, ring: KeyRing, report: Report, marks: SortedRecords
) -> None:
    """Adds those of this log that a trusted key signed; the others prove nothing."""
    foreign = unsigned = 0
    for file in files:
        for checkpoint in _notes_in(file):
            if checkpoint.origin != origin:
                foreign += 1
            elif ring.standing(checkpoint.note) is not Standing.TRUSTED:
                unsigned += 1
            else:
                report.outside += 1
                marks.add(mark_from(checkpoint, OUTSIDE).record())
                marks.spill_if_full()
    if foreign:
        report.notices.append(f"{foreign:,} of the checkpoints given are of other logs.")
    if unsigned:
        report.notices.append(
            f"{unsigned:,} of the checkpoints given bear no signature of a trusted key:"
            " they prove nothing and were left aside."
        )


def _notes_in(file: Path) -> Iterator[Checkpoint]:
    try:
        with file.open("rb") as lines:
            begin = lines.peek(1)[:1]
            if begin != b"{":
                yield _parsed(lines.read(MOST_NOTE_BYTES + 1), str(file))
                return
            number = 0
            while line := lines.readline(MOST_LINE + 1):
                number += 1
                if not line.strip():
                    continue
                note = read_object(line, f"{file}, line {number:,},").get("note")
                yield _parsed(str(note).encode(), f"{file}, line {number:,},")
    except OSError as error:
        raise UnreadableError(f"The checkpoints cannot be read: {error}.") from error


def _parsed(raw: bytes, place: str) -> Checkpoint:
    try:
        return parse_checkpoint(raw.decode())
    except ValueError as error:
        reason = error if isinstance(error, MalformedError) else "It is not UTF-8."
        raise UnreadableError(f"{place} holds no checkpoint: {reason}") from error

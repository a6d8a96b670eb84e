"""The append-only file of a tenant's checkpoints: one JSON line `{"note": …}` each, in order."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import orjson
from django.conf import settings

EXTENSION = "mnemoscope-checkpoint "
# A note is some 400 bytes, and twice that while a key is rotated.
TAIL = 64 * 1024


class UnreadableFileError(Exception):
    """It has a line that is none of ours."""


def path_of(tenant_id: UUID) -> Path:
    return Path(settings.ANCHOR_DIR).expanduser() / f"{tenant_id}.log"


@contextmanager
def locked_file(tenant_id: UUID) -> Iterator[BinaryIO]:
    """Of several processes of this host one at a time. Raises OSError; BlockingIOError if busy."""
    path = path_of(tenant_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with open(descriptor, "r+b", buffering=0) as file:  # noqa: PTH123 - a descriptor
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_new:
            _keep_name(path.parent)
        yield file


def last_note(file: BinaryIO) -> str | None:
    """None where it is empty. What a crash left of a line is cut off: it was never accepted.

    Raises UnreadableFileError.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL))
    tail = file.read()
    whole = tail.rfind(b"\n") + 1
    if whole < len(tail):
        file.truncate(size - len(tail) + whole)
    lines = tail[:whole].split(b"\n")[:-1]
    if not lines:
        if size - len(tail) + whole:
            raise UnreadableFileError
        return None
    try:
        note: str = orjson.loads(lines[-1])["note"]
        number_of(note)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableFileError from error
    return note


def append_notes(file: BinaryIO, notes: Sequence[str]) -> None:
    """Returns once the disk has them."""
    lines = b"".join(orjson.dumps({"note": note}) + b"\n" for note in notes)
    while lines:
        lines = lines[file.write(lines) :]
    os.fsync(file)


def batches_of_notes(tenant_id: UUID, most: int) -> Iterator[list[str]]:
    """All that are kept, in order; a line that a crash left unfinished is none.

    Raises UnreadableFileError.
    """
    path = path_of(tenant_id)
    if not path.exists():
        return
    with path.open("rb") as file:
        whole = (line for line in file if line.endswith(b"\n"))
        while lines := list(islice(whole, most)):
            try:
                yield [orjson.loads(line)["note"] for line in lines]
            except (orjson.JSONDecodeError, KeyError, TypeError) as error:
                raise UnreadableFileError from error


def number_of(note: str) -> int:
    """Of a checkpoint, as its note says it. Raises ValueError."""
    for line in note.splitlines():
        if line.startswith(EXTENSION):
            return int(line.split(" ")[1])
    raise ValueError("This is no note of a checkpoint.")


def _keep_name(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

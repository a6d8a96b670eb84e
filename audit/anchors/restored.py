"""The log of a restored database beside the newest checkpoint that stands outside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import orjson

from audit.anchors.notes_file import last_note, locked_file, number_of, path_of
from audit.models import Checkpoint
from console.platform.clock import now
from console.tenancy.scope import tenant_scope

SIZE_LINE = 1  # of a note, counted from 0


class Beside(StrEnum):
    """How the log stands to the file."""

    NOTHING = "nothing"  # no file: nothing to compare with
    WHOLE = "whole"  # it has the newest checkpoint of the file
    SHORT = "short"  # it ends at an earlier one of them
    OTHER = "other"  # what it has is not what the file says: it was changed


@dataclass(frozen=True, slots=True)
class Comparison:
    """`checkpoint` and `size` are the log's; `outside` and `outside_size` the file's newest."""

    beside: Beside
    checkpoint: int = 0
    size: int = 0
    outside: int = 0
    outside_size: int = 0

    @property
    def lost_events(self) -> int:
        return max(0, self.outside_size - self.size)


def compare(tenant_id: UUID) -> Comparison:
    """Opens a scope of its own. Raises OSError and UnreadableFileError."""
    path = path_of(tenant_id)
    if not path.exists():
        return Comparison(Beside.NOTHING)
    with locked_file(tenant_id) as file:
        newest = last_note(file)
    if newest is None:
        return Comparison(Beside.NOTHING)
    with tenant_scope(tenant_id):
        same = Checkpoint.objects.filter(number=number_of(newest)).first()
        last = Checkpoint.objects.order_by("-number").first()
    if same is not None:
        beside = Beside.WHOLE if same.note == newest else Beside.OTHER
        return Comparison(beside, same.number, same.size, same.number, same.size)
    number, size = (last.number, last.size) if last else (0, 0)
    # Every checkpoint it has must stand in the file, or it never was the log that was anchored.
    has_been = last is None or last.note in notes_of(path)
    return Comparison(
        Beside.SHORT if has_been else Beside.OTHER,
        number,
        size,
        outside=number_of(newest),
        outside_size=int(newest.splitlines()[SIZE_LINE]),
    )


def notes_of(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        yield from (orjson.loads(line)["note"] for line in file if line.endswith(b"\n"))


def put_aside(tenant_id: UUID) -> Path:
    """The file under another name, so that a new one begins; it is never deleted."""
    path = path_of(tenant_id)
    aside = path.with_name(f"{tenant_id}.until-{now().astimezone(UTC):%Y%m%dT%H%M%SZ}.log")
    return path.rename(aside)

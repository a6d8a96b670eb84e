"""Reading a pack, a folder or a .zip that anybody may have made: nothing is unpacked to disk."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol, cast

from mnemoscope_verify.errors import UnreadableError

MOST_LINE = 4 * 1024 * 1024
MOST_DOCUMENT = 32 * 1024 * 1024
MOST_FILES = 200_000
# Deflate reaches 1,032 to 1 on zeros; an honest log about 10 to 1.
MOST_RATIO = 200
RATIO_APPLIES_FROM = 64 * 1024 * 1024
BLOCK = 1 << 20
ENCRYPTED = 1
COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Pack(Protocol):
    def names(self) -> list[str]: ...

    def has(self, name: str) -> bool: ...

    def open(self, name: str) -> IO[bytes]: ...

    def close(self) -> None: ...


class Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        found = (path.relative_to(self._path) for path in self._path.rglob("*") if path.is_file())
        # Running the verifier that lies in a pack leaves its compiled form there.
        return sorted(path.as_posix() for path in found if "__pycache__" not in path.parts)

    def has(self, name: str) -> bool:
        return (self._path / name).is_file()

    def open(self, name: str) -> IO[bytes]:
        if not self.has(name):
            raise UnreadableError(f"The pack holds no {name}.")
        return (self._path / name).open("rb", buffering=BLOCK)

    def close(self) -> None:
        pass


class Archive:
    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        if len(entries) > MOST_FILES:
            raise UnreadableError(f"The archive holds more than {MOST_FILES:,} files.")
        self._entries = {entry.filename: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise UnreadableError("The archive holds a file twice: which one counts?")
        for entry in entries:
            _refuse_hostile(entry)

    def names(self) -> list[str]:
        return sorted(self._entries)

    def has(self, name: str) -> bool:
        return name in self._entries

    def open(self, name: str) -> IO[bytes]:
        entry = self._entries.get(name)
        if entry is None:
            raise UnreadableError(f"The pack holds no {name}.")
        member = cast("io.RawIOBase", self._zip.open(entry))
        return cast("IO[bytes]", io.BufferedReader(member, BLOCK))

    def close(self) -> None:
        self._zip.close()


def _refuse_hostile(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & ENCRYPTED or entry.compress_type not in COMPRESSIONS:
        raise UnreadableError(f"{shown(entry.filename)} is encrypted or compressed in another way.")
    swollen = entry.file_size > MOST_RATIO * max(entry.compress_size, 1)
    if swollen and entry.file_size > RATIO_APPLIES_FROM:
        raise UnreadableError(f"{shown(entry.filename)} would inflate beyond any honest export.")


@contextmanager
def opened(path: Path) -> Iterator[Pack]:
    """Turns whatever goes wrong while reading into UnreadableError."""
    if not path.exists():
        raise UnreadableError(f"There is no {path}.")
    pack: Pack | None = None
    try:
        pack = Folder(path) if path.is_dir() else Archive(path)
        for name in pack.names():
            safe_name(name)
        yield pack
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UnreadableError(f"The archive is damaged or cut short ({error}).") from error
    except OSError as error:
        raise UnreadableError(f"The pack cannot be read: {error}.") from error
    finally:
        if pack is not None:
            pack.close()


def safe_name(name: str) -> str:
    """Raises UnreadableError on a name that leads out of the pack."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or not path.parts:
        raise UnreadableError(f"The pack holds an unsafe name: {shown(name)}.")
    return name


def lines_of(pack: Pack, name: str) -> Iterator[bytes]:
    with pack.open(name) as file:
        readline = file.readline
        number = 0
        while line := readline(MOST_LINE + 1):
            number += 1
            if len(line) > MOST_LINE:
                raise UnreadableError(f"{name}, line {number:,}, is longer than any event's.")
            yield line


def read_document(pack: Pack, name: str) -> bytes:
    with pack.open(name) as file:
        raw = file.read(MOST_DOCUMENT + 1)
    if len(raw) > MOST_DOCUMENT:
        raise UnreadableError(f"{name} is larger than it could honestly be.")
    return raw


def read_object(raw: bytes, name: str) -> dict[str, Any]:
    try:
        said = json.loads(raw.decode())
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{name} is not JSON.") from error
    if not isinstance(said, dict):
        raise UnreadableError(f"{name} is not a JSON object.")
    return said


def shown(text: str) -> str:
    """Somebody else's text in a sentence of ours: bounded, and nothing that moves a cursor."""
    return ascii(text[:100])

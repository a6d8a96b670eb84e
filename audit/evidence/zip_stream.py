"""A .zip that is sent while it is made: neither it nor a file in it is ever held whole."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

SEND_FROM = 64 * 1024


class Document(NamedTuple):
    """A file of a pack. `parts` is read once, outside of any scope."""

    path: str
    parts: Iterable[bytes]


class Written(NamedTuple):
    path: str
    sha256: str
    bytes: int


class ZipStream:
    """`send` yields the archive's bytes as documents are added; `written` is what has been."""

    def __init__(self, made_at: datetime) -> None:
        self._pipe = _Pipe()
        self._zip = zipfile.ZipFile(self._pipe, "w", zipfile.ZIP_DEFLATED)
        self._made_at = made_at.timetuple()[:6]
        self.written: list[Written] = []

    def send(self, document: Document) -> Iterator[bytes]:
        entry = zipfile.ZipInfo(document.path, self._made_at)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        digest, size = sha256(), 0
        # Its size is known only at its end, so it is told behind it; and it may pass 4 GiB.
        with self._zip.open(entry, "w", force_zip64=True) as file:
            for part in document.parts:
                digest.update(part)
                size += len(part)
                file.write(part)
                if self._pipe.held >= SEND_FROM:
                    yield self._pipe.take()
        self.written.append(Written(document.path, digest.hexdigest(), size))
        yield self._pipe.take()

    def end(self) -> bytes:
        self._zip.close()
        return self._pipe.take()


class _Pipe:
    """What zipfile writes to: it can be neither sought nor told where it is."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.held = 0

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        self.held += len(part)
        return len(part)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        taken, self._parts, self.held = b"".join(self._parts), [], 0
        return taken

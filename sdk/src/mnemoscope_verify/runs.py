"""Sorting more than memory should hold: sorted runs in a temporary file, merged when read."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

RUN = 1 << 16  # records sorted at a time
READ = 1 << 9  # records of each run in memory while merging


class SortedRecords:
    """Records of one width; iterating yields them in order of their bytes."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._held: list[bytes] = []
        self._runs: list[tuple[int, int]] = []  # begin and end in the file
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self.add = self._held.append

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def spill_if_full(self) -> None:
        """To be called now and then between additions."""
        if len(self._held) < RUN:
            return
        self._held.sort()
        begin = self._file.tell()
        self._file.write(b"".join(self._held))
        self._runs.append((begin, self._file.tell()))
        self._held.clear()

    def __iter__(self) -> Iterator[bytes]:
        self._held.sort()
        end = self._file.seek(0, 2)
        yield from heapq.merge(self._held, *(self._run(*run) for run in self._runs))
        self._file.seek(end)

    def _run(self, begin: int, end: int) -> Iterator[bytes]:
        width = self._width
        while begin < end:
            self._file.seek(begin)
            block = self._file.read(min(READ * width, end - begin))
            begin += len(block)
            for at in range(0, len(block), width):
                yield block[at : at + width]

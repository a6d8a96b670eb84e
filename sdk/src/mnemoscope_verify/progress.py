"""How far it is, on one line of stderr."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

EVERY = 0.2  # seconds


class Meter:
    def __init__(self, pack: Path, *, shows: bool | None) -> None:
        self._shows = sys.stderr.isatty() if shows is None else shows
        self._name = pack.name
        self._began = self._told = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._shows:
            sys.stderr.write("\n")

    def tell(self, done: int, of: int) -> None:
        now = time.monotonic()
        if not self._shows or (now - self._told < EVERY and done < of):
            return
        self._told = now
        share = min(done * 100 // of, 100) if of else 100
        rate = int(done / max(now - self._began, 0.001))
        sys.stderr.write(f"\r{share:3d} %  {done:,} of {of:,} events, {rate:,} a second  ")
        sys.stderr.flush()
